import { execFile } from "node:child_process";
import { copyFile, cp } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { test } from "vitest";
import { openTempFolder } from "../../test/support/temp-folder.js";
import { FEDERATION_FILE, SCHEMA_FILE } from "./schema-files.js";
import { has } from "./support/has-command.js";
import { openRocas } from "./support/open-rocas.js";
import { expectSeen, type Seen, seedModels } from "./support/seen-by-client.js";

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

test.skipIf(!hasGo)(
  "a Go client (genqlient) is made from the schema, introspects, pages both ways, and mutates",
  // The first run compiles genqlient as well.
  { timeout: 300_000 },
  async () => {
    await using folder = await openTempFolder();
    await using rocas = await openRocas();
    const [client] = await Promise.all([compile(folder.path), seedModels(rocas)]);

    const { stdout } = await run(client, [rocas.url]);

    await expectSeen(rocas, JSON.parse(stdout) as Seen);
  },
);
