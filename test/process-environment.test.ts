import { execFileSync, spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { tarOf } from "./docker/support/tar-of.js";
import { openProcessBuilder, type ProcessBuilderFolder } from "./support/open-process-builder.js";
import { SLOW_PACKAGE, smallPackage } from "./support/python-projects.js";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const COPIED = "FROM rocas/onboard\nCOPY . .\n";
const SLOW = { Dockerfile: COPIED, "requirements.txt": "--no-index\n./slow\n", ...SLOW_PACKAGE };
let opened: ProcessBuilderFolder;

beforeAll(async () => {
  opened = await openProcessBuilder();
});
afterAll(() => opened[Symbol.asyncDispose]());

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await delay(100);
}

/** Programs of this folder that run. */
const running = () =>
  execFileSync("ps", ["-eo", "args"], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.includes(opened.root));

test("a build that is cancelled while it installs leaves no program and no environment", async () => {
  const before = await readdir(opened.environments).catch(() => []);
  const ending = new AbortController();
  const building = opened.build(SLOW, { signal: ending.signal });
  const ended = building.catch((error: unknown) => error);
  await until(() => opened.log().includes("pip install -r requirements.txt") && running().length > 0);

  ending.abort(new Error("It was cancelled."));

  expect(await ended).toMatchObject({ message: "It was cancelled." });
  expect(running()).toEqual([]);
  expect(await readdir(opened.environments)).toEqual(before);
  await until(async () => (await readdir(`${opened.root}/building`)).length === 0);
});

test("a server that is killed takes its installer along, and the next build begins anew", async () => {
  const program = `
    import { pack } from "tar-stream";
    import { Readable } from "node:stream";
    import { ProcessImageBuilder } from "./dist/runtime/process/process-image-builder.js";
    const archive = pack();
    for (const [name, text] of Object.entries(${JSON.stringify(SLOW)})) archive.entry({ name }, text);
    archive.finalize();
    const root = ${JSON.stringify(opened.root)};
    const builder = new ProcessImageBuilder({ root, basePackages: { requirements: [], folder: null } });
    await builder.build(Readable.from(archive), { tag: "rocas-test/slow:1", noCache: false }, (text) => process.stdout.write(text));
  `;
  const server = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let log = "";
  server.stdout.on("data", (text) => (log += String(text)));
  await until(() => log.includes("Processing ./slow"));

  server.kill("SIGKILL");
  await until(() => running().length === 0);
  const next = await opened.build({ Dockerfile: COPIED, "a.txt": "a" });

  expect(await readdir(opened.environments)).toEqual([next.image.environment]);
});

test("two builds at the same time make one environment, and both hear what the installer says", async () => {
  const project = { Dockerfile: COPIED, "requirements.txt": "--no-index\n./tulip\n", ...smallPackage("tulip", "red") };
  const logs = ["", ""];
  const build = (number: number) =>
    opened.builder.build(tarOf(project), { tag: `rocas-test/two:${number}`, noCache: false }, (text) => {
      logs[number] += text;
    });

  const [one, two] = await Promise.all([build(0), build(1)]);

  expect(two).toBe(one);
  for (const log of logs) expect(log.match(/Successfully installed tulip-1\.0/g)).toHaveLength(1);
});

test("one of two builds at the same time that is cancelled does not end the other's installer", async () => {
  const project = { Dockerfile: COPIED, "requirements.txt": "--no-index\n./rose\n", ...smallPackage("rose", "pink") };
  const ending = new AbortController();
  const cancelled = opened.builder.build(
    tarOf(project),
    { tag: "rocas-test/rose:1", noCache: false, signal: ending.signal },
    (text) => (text.includes("pip install") ? ending.abort(new Error("It was cancelled.")) : undefined),
  );

  const [one, two] = await Promise.allSettled([cancelled, opened.build(project)]);

  expect(one).toMatchObject({ status: "rejected", reason: { message: "It was cancelled." } });
  expect(two).toMatchObject({ status: "fulfilled" });
});
