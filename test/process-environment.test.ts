import { execFileSync } from "node:child_process";
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
