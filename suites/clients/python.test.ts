import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { has } from "./support/has-command.js";
import { expectSeen, seedModels, type Seen } from "./support/seen-by-client.js";
import { sharedRocas } from "./support/shared-rocas.js";
import { type Heard, untilHeard } from "./support/until-heard.js";

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

const hasPython = has("python3");
if (!hasPython) console.warn("The Python client is not tried: there is no python3.");

describe.skipIf(!hasPython)("a Python client (gql on graphql-core 3.2)", { timeout: 300_000 }, () => {
  const rocas = sharedRocas();

  /** What the client prints when it has done its task. @throws where it warned, or failed */
  const client = async (task: "visit" | "hear"): Promise<unknown> => {
    const { stdout, stderr } = await run(await pythonWithPackages(), ["-W", "error", PROGRAM, task, rocas().url]);
    expect(stderr).toBe("");
    return JSON.parse(stdout);
  };

  test("introspects, pages both ways, and mutates", async () => {
    await seedModels(rocas());

    const seen = await client("visit");

    await expectSeen(rocas(), seen as Seen);
  });

  test("hears of changes over WebSocket", async () => {
    await untilHeard(rocas(), client("hear") as Promise<Heard>);
  });
});
