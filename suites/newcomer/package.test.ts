import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { freePort } from "../../test/support/free-port.js";
import { pidsWith } from "../../test/support/pids-with.js";
import { openTempFolder, type TempFolder } from "../../test/support/temp-folder.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const MINUTE = 60_000;
const MAX_INSTALLED_MB = 120;

let folder: TempFolder;
let home: string;
let environment: NodeJS.ProcessEnv;

const run = (command: string, ...words: readonly string[]) =>
  promisify(execFile)(command, words, { cwd: home, env: environment });
const rocas = (...words: readonly string[]) => run("node_modules/.bin/rocas", ...words);

// What `npm pack` makes, installed into an empty folder, on a machine whose engine is hidden.
beforeAll(async () => {
  folder = await openTempFolder();
  home = join(folder.path, "home");
  await mkdir(home);
  const { PATH, HOME } = process.env;
  environment = { PATH, HOME, PORT: String(await freePort()), DOCKER_HOST: `unix://${folder.path}/none.sock` };
  // What a package needs to be built must run, whatever the machine says of scripts.
  const pack = ["pack", "--ignore-scripts=false", "--pack-destination", folder.path];
  await promisify(execFile)("npm", pack, { cwd: ROOT });
  const packed = (await readdir(folder.path)).find((name) => name.endsWith(".tgz"))!;
  await run("npm", "install", "--no-audit", "--no-fund", join(folder.path, packed));
}, 8 * MINUTE);
afterAll(async () => {
  for (const pid of pidsWith(home)) process.kill(pid, "SIGKILL");
  await folder?.[Symbol.asyncDispose]();
}, MINUTE);

test("it brings what production needs, in the versions that Rocas is tested with", async () => {
  const size = Number((await run("du", "-sm", "node_modules")).stdout.split("\t")[0]);
  const { dependencies } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  const listed = JSON.parse((await run("npm", "ls", "--json", "--depth=1")).stdout) as {
    dependencies: { rocas: { dependencies: Record<string, { version: string }> } };
  };
  const versions = Object.entries(listed.dependencies.rocas.dependencies).map(([name, { version }]) => [name, version]);

  expect(size).toBeLessThanOrEqual(MAX_INSTALLED_MB);
  expect(Object.fromEntries(versions)).toEqual(dependencies);
  expect(await readdir(join(home, "node_modules"))).not.toContain("typescript");
});

test("the store's own package needs nothing else than Rocas brings", async () => {
  const read = async (path: string) =>
    (JSON.parse(await readFile(join(ROOT, path), "utf8")) as { dependencies: Record<string, string> }).dependencies;

  expect(await read("package.json")).toMatchObject(await read("packages/embedded-store/package.json"));
});

test("the command says what it can do, and refuses the rest by name", async () => {
  expect((await rocas()).stdout).toContain("rocas COMMAND");
  expect((await rocas("--version")).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect((await rocas("start", "--help")).stdout).toContain("ROCAS_DATA");
  await expect(rocas("begin")).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('There is no command "begin"'),
  });
});

test("rocas start serves, and rocas demo plays the story to its lineage", { timeout: 12 * MINUTE }, async () => {
  const server = spawn("node_modules/.bin/rocas", ["start"], { cwd: home, env: environment });
  let said = "";
  server.stdout.setEncoding("utf8").on("data", (piece: string) => (said += piece));
  server.stderr.resume();
  await vi.waitUntil(() => said.includes("\nToken "), { timeout: MINUTE, interval: 100 });

  const { stdout } = await rocas("demo");
  const ended = once(server, "exit");
  server.kill("SIGTERM");

  expect(stdout).toContain(`is "setosa", says iris-clf/v-`);
  expect(stdout).toMatch(/"bvers": \{\s+"tag": "latest",\s+"dockerId": "sha256:/);
  expect(await ended).toEqual([0, null]);
  expect((await rocas("check-store")).stdout).not.toBe("");
});
