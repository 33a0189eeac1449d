import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { MINUTE, Newcomer } from "./newcomer.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const MAX_INSTALLED_MB = 120;

let newcomer: Newcomer;

const rocas = (...words: readonly string[]) => newcomer.run("node_modules/.bin/rocas", ...words);

// What `npm pack` makes, installed into an empty folder.
beforeAll(async () => {
  newcomer = await Newcomer.arrive();
  // What a package needs to be built must run, whatever the machine says of scripts.
  const pack = ["pack", "--ignore-scripts=false", "--pack-destination", newcomer.home];
  await promisify(execFile)("npm", pack, { cwd: ROOT });
  const packed = (await readdir(newcomer.home)).find((name) => name.endsWith(".tgz"))!;
  await newcomer.run("npm", "install", "--no-audit", "--no-fund", `./${packed}`);
}, 8 * MINUTE);
afterAll(async () => newcomer?.[Symbol.asyncDispose](), MINUTE);

test("it brings what production needs, in the versions that Rocas is tested with", async () => {
  const size = Number((await newcomer.run("du", "-sm", "node_modules")).stdout.split("\t")[0]);
  const { dependencies } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  const listed = JSON.parse((await newcomer.run("npm", "ls", "--json", "--depth=1")).stdout) as {
    dependencies: { rocas: { dependencies: Record<string, { version: string }> } };
  };
  const versions = Object.entries(listed.dependencies.rocas.dependencies).map(([name, { version }]) => [name, version]);

  expect(size).toBeLessThanOrEqual(MAX_INSTALLED_MB);
  expect(Object.fromEntries(versions)).toEqual(dependencies);
  expect(await readdir(join(newcomer.home, "node_modules"))).not.toContain("typescript");
});

test("the store's own package needs nothing else than Rocas brings", async () => {
  const read = async (path: string) =>
    (JSON.parse(await readFile(join(ROOT, path), "utf8")) as { dependencies: Record<string, string> }).dependencies;

  expect(await read("package.json")).toMatchObject(await read("packages/embedded-store/package.json"));
});

test("the command says what it can do, and refuses the rest by name", async () => {
  expect((await rocas()).stdout).toContain("rocas COMMAND");
  expect((await rocas("--version")).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect((await rocas("start", "--help")).stdout).toMatch(/rocas start --help[^]*ROCAS_DATA/);
  expect((await rocas("start", "--help")).stdout).not.toContain("npm");
  await expect(rocas("begin")).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('There is no command "begin"'),
  });
});

test("rocas start serves, and rocas demo plays the story to its lineage", { timeout: 12 * MINUTE }, async () => {
  const server = await newcomer.start("node_modules/.bin/rocas", "start");

  const { stdout } = await rocas("demo");

  expect(stdout).toContain(`is "setosa", says iris-clf/v-`);
  expect(stdout).toMatch(/"bvers": \{\s+"tag": "latest",\s+"dockerId": "sha256:/);
  expect(await server.end()).toEqual([0, null]);
  expect((await rocas("check-store")).stdout).not.toBe("");
});
