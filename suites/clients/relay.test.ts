import { execFile } from "node:child_process";
import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { openTempFolder, type TempFolder } from "../../test/support/temp-folder.js";
import { generatedDocuments } from "./relay/generated-documents.js";
import { readSchema, SCHEMA_FILE } from "./schema-files.js";

/** The path of the program: the package has no types. */
const compiler = createRequire(import.meta.url)("relay-compiler") as string;
const DASHBOARD = fileURLToPath(new URL("relay/Dashboard.ts", import.meta.url));

const TROUBLE = /warn|error|✖|deprecat/i;

/** One artifact is made of each, and of each query for refetching. */
const definitionsIn = (text: string): number =>
  text.match(/^\s*(fragment|query|mutation|subscription) |queryName: /gm)!.length;

/** A project as Relay's compiler wants it. */
async function writeProject(folder: TempFolder, modules: Readonly<Record<string, string>>): Promise<void> {
  const config = {
    src: "src",
    schema: "schema.graphql",
    language: "typescript",
    artifactDirectory: "artifacts",
    eagerEsModules: true,
  };
  await Promise.all(["src", "artifacts"].map((each) => mkdir(join(folder.path, each))));
  await writeFile(join(folder.path, "relay.config.json"), JSON.stringify(config));
  await copyFile(SCHEMA_FILE, join(folder.path, "schema.graphql"));
  for (const [name, text] of Object.entries(modules)) await writeFile(join(folder.path, "src", `${name}.ts`), text);
}

/** What the compiler said, errors and warnings alike. @throws where it refused */
async function compile(folder: TempFolder): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(compiler, ["relay.config.json"], { cwd: folder.path });
  return stdout + stderr;
}

test("relay-compiler accepts fragments on every type, and pages of every connection both ways, without a warning", async () => {
  await using folder = await openTempFolder();
  const modules = generatedDocuments(readSchema());
  await writeProject(folder, modules);

  const said = await compile(folder);

  expect(said).not.toMatch(TROUBLE);
  const made = await readdir(join(folder.path, "artifacts"));
  expect(made).toHaveLength(definitionsIn(Object.values(modules).join("")));
});

test("relay-compiler accepts what a dashboard asks: refetching, paging, mutations that mend lists", async () => {
  await using folder = await openTempFolder();
  await writeProject(folder, {});
  await copyFile(DASHBOARD, join(folder.path, "src/Dashboard.ts"));

  const said = await compile(folder);

  expect(said).not.toMatch(TROUBLE);
  const made = await readdir(join(folder.path, "artifacts"));
  expect(made).toHaveLength(definitionsIn(await readFile(DASHBOARD, "utf8")));
});
