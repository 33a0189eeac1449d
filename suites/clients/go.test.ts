import { execFile } from "node:child_process";
import { copyFile, cp } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, test } from "vitest";
import { openTempFolder, type TempFolder } from "../../test/support/temp-folder.js";
import { FEDERATION_FILE, SCHEMA_FILE } from "./schema-files.js";
import { has } from "./support/has-command.js";
import { expectSeen, seedModels, type Seen } from "./support/seen-by-client.js";
import { sharedRocas } from "./support/shared-rocas.js";
import { type Heard, untilHeard } from "./support/until-heard.js";

const run = promisify(execFile);
const PROGRAM = fileURLToPath(new URL("go", import.meta.url));

/** Compiles the client, its types made from the contract. */
async function compile(folder: string): Promise<string> {
  await cp(PROGRAM, folder, { recursive: true });
  for (const file of [SCHEMA_FILE, FEDERATION_FILE]) await copyFile(file, join(folder, basename(file)));
  await run("go", ["tool", "genqlient"], { cwd: folder });
  await run("go", ["build", "-o", "client", "."], { cwd: folder });
  return join(folder, "client");
}

const hasGo = has("go", "version");
if (!hasGo) console.warn("The Go client is not tried: there is no go.");

describe.skipIf(!hasGo)("a Go client (genqlient), whose types are made from the schema,", { timeout: 300_000 }, () => {
  const rocas = sharedRocas();
  let folder: TempFolder;
  let program: string;
  // The first run compiles genqlient as well.
  beforeAll(async () => {
    folder = await openTempFolder();
    program = await compile(folder.path);
  }, 300_000);
  afterAll(() => folder[Symbol.asyncDispose]());

  const client = async (task: "visit" | "hear"): Promise<unknown> =>
    JSON.parse((await run(program, [task, rocas().url])).stdout);

  test("introspects, pages both ways, and mutates", async () => {
    await seedModels(rocas());

    const seen = await client("visit");

    await expectSeen(rocas(), seen as Seen);
  });

  test("hears of changes over WebSocket", async () => {
    await untilHeard(rocas(), client("hear") as Promise<Heard>);
  });
});
