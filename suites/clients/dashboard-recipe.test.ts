import { execFile } from "node:child_process";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTempFolder, type TempFolder } from "../../test/support/temp-folder.js";
import { openRocas, type Rocas } from "./support/open-rocas.js";
import { recipeOf, type Step } from "./support/recipe.js";

const PAGE = fileURLToPath(new URL("../../docs/dashboard-codegen.md", import.meta.url));
/** Of the server that the page is followed with. */
const TOKEN = "the-token-of-the-page";
const COMPONENTS = fileURLToPath(new URL("recipe/two-components.ts", import.meta.url));

/** Runs commands and gives what they printed. @throws with all of it where one fails */
async function run(commands: string, cwd: string): Promise<string> {
  const running = promisify(execFile)("bash", ["-e", "-c", commands], {
    cwd,
    env: { ...process.env, ROCAS_TOKEN: TOKEN },
  });
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

let folder: TempFolder;
let asking: Rocas;
let rocas: Rocas;
let quotations: readonly { printed: string; quoted: string }[];
beforeAll(async () => {
  folder = await openTempFolder();
  asking = await openRocas(TOKEN);
  rocas = await openRocas();
  const page = (await readFile(PAGE, "utf8")).replaceAll("http://127.0.0.1:4000", asking.url);
  quotations = await follow(recipeOf(page), folder.path);
}, 400_000);
afterAll(async () => {
  await asking?.[Symbol.asyncDispose]();
  await rocas?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

test("the recipe for a dashboard's types works as it is written", () => {
  expect(quotations).toHaveLength(1);
  for (const { printed, quoted } of quotations) expect(printed.endsWith(quoted), printed).toBe(true);
});

const FILE = { name: "weights.txt", text: "1" };
const DATA = { name: "data.txt", text: "22" };

/** A model with a contract, a dataset, and a version that has a snapshot of it. */
async function seedVersion(): Promise<string> {
  const contract = (name: string) => [{ name, required: true, maxMb: 1 }];
  const inputs = [
    [
      "createModel",
      "CreateModelInput",
      { name: "cached", modelFiles: contract(FILE.name), dataFiles: contract(DATA.name) },
    ],
    ["createDataset", "CreateDatasetInput", { model: "cached", name: "d", details: { rows: 1 }, files: [DATA] }],
    [
      "publishModelVersion",
      "PublishModelVersionInput",
      { model: "cached", name: "v", details: { accuracy: 0.9 }, ds: { model: "cached", name: "d" }, files: [FILE] },
    ],
  ] as const;
  for (const [mutation, type, input] of inputs)
    await rocas.execute(`mutation ($input: ${type}!) { ${mutation}(input: $input) { id } }`, { input });
  return "cached";
}

test("two components that select differently both keep their data, in Apollo Client and in urql", async () => {
  const model = await seedVersion();
  await copyFile(COMPONENTS, join(folder.path, "src/two-components.ts"));

  const printed = await run(
    `npx graphql-codegen && npx tsc && node dist/two-components.js ${rocas.url}/graphql ${model}`,
    folder.path,
  );

  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- looked into as it was printed
  const { apollo, urql } = JSON.parse(printed.slice(printed.indexOf('{"apollo"'))) as Record<string, any>;
  for (const { header, detail } of [apollo, urql]) {
    expect(header.modelVersions.nodes).toMatchObject([
      {
        name: "v",
        model: { modelFiles: [{ name: FILE.name, required: true }] },
        ds: { name: "d", files: [{ name: DATA.name, size: 2 }] },
        files: [{ name: FILE.name, size: 1 }],
      },
    ]);
    expect(detail.modelVersions).toMatchObject({
      totalCount: 1,
      nodes: [
        {
          details: { accuracy: 0.9 },
          model: { modelFiles: [{ maxMb: 1 }] },
          ds: { details: { rows: 1 }, files: [{ sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }] },
          files: [{ sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }],
        },
      ],
    });
  }
  expect(apollo).toMatchObject({
    state: { node: { task: { state: "RUNNING" } } },
    progress: { node: { task: { progress: 0.5, error: null } } },
  });
  expect(apollo.after).toEqual(["made-in-the-dashboard", ...apollo.before]);
});
