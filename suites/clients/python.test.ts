import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { has } from "./support/has-command.js";
import { openRocas } from "./support/open-rocas.js";
import { expectSeen, type Seen, seedModels } from "./support/seen-by-client.js";

const run = promisify(execFile);
const PROGRAM = fileURLToPath(new URL("python/client.py", import.meta.url));
const REQUIREMENTS = fileURLToPath(new URL("python/requirements.txt", import.meta.url));

/** A Python with the required packages. It is made once for each state of the requirements. */
async function pythonWithPackages(): Promise<string> {
  const digest = createHash("sha256").update(readFileSync(REQUIREMENTS)).digest("hex").slice(0, 16);
  const folder = fileURLToPath(new URL(`node_modules/.cache/python-${digest}`, import.meta.url));
  const python = `${folder}/bin/python`;
  if (existsSync(`${folder}/complete`)) return python;
  await run("python3", ["-m", "venv", "--clear", folder]);
  await run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", REQUIREMENTS]);
  writeFileSync(`${folder}/complete`, "");
  return python;
}

if (!has("python3")) console.warn("The Python client is not tried: there is no python3.");

test.skipIf(!has("python3"))(
  "a Python client (gql on graphql-core 3.2) introspects, pages both ways, and mutates",
  { timeout: 180_000 },
  async () => {
    await using rocas = await openRocas();
    const [python] = await Promise.all([pythonWithPackages(), seedModels(rocas)]);

    const { stdout, stderr } = await run(python, ["-W", "error", PROGRAM, rocas.url]);

    expect(stderr).toBe("");
    await expectSeen(rocas, JSON.parse(stdout) as Seen);
  },
);
