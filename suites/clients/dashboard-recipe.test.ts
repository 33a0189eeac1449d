import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { openTempFolder } from "../../test/support/temp-folder.js";
import { openRocas } from "./support/open-rocas.js";
import { recipeOf, type Step } from "./support/recipe.js";

const PAGE = fileURLToPath(new URL("../../docs/dashboard-codegen.md", import.meta.url));

/** Runs commands and gives what they printed. @throws with all of it where one fails */
async function run(commands: string, cwd: string): Promise<string> {
  const running = promisify(execFile)("bash", ["-e", "-c", commands], { cwd });
  const { stdout } = await running.catch((error: { stdout: string; stderr: string }) => {
    throw new Error(`${commands}\n${error.stdout}\n${error.stderr}`, { cause: error });
  });
  return stdout;
}

/** Does in a folder what the steps say, and gives what each run that is quoted printed, beside its quotation. */
async function follow(steps: readonly Step[], folder: string): Promise<{ printed: string; quoted: string }[]> {
  const quotations: { printed: string; quoted: string }[] = [];
  let printed = "";
  for (const step of steps) {
    if (step.kind === "write") {
      await mkdir(dirname(join(folder, step.file)), { recursive: true });
      await writeFile(join(folder, step.file), step.text);
    } else if (step.kind === "run") printed = await run(step.text, folder);
    else quotations.push({ printed, quoted: step.text });
  }
  return quotations;
}

test("the recipe for a dashboard's types works as it is written", { timeout: 300_000 }, async () => {
  await using folder = await openTempFolder();
  await using rocas = await openRocas();
  const page = (await readFile(PAGE, "utf8")).replaceAll("http://127.0.0.1:4000", rocas.url);

  const quotations = await follow(recipeOf(page), folder.path);

  expect(quotations).toHaveLength(1);
  for (const { printed, quoted } of quotations) expect(printed.endsWith(quoted), printed).toBe(true);
});
