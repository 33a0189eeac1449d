import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { notebook } from "../onboard/notebook.js";
import type { RuntimeUnderTest } from "./runtime-under-test.js";
import { WorkServer } from "./work-server.js";

const SECRET = "correct/horse+battery staple";
const TELLING = notebook(
  "import os, sys, subprocess",
  "print('stage', os.environ['STAGE'], 'lines', os.environ['LINES_OF_TEXT'].count('\\n'))",
  "print('key', os.environ['API_KEY'], len(os.environ['API_KEY']))",
  "subprocess.run('echo child $API_KEY', shell=True)\nsys.stderr.write(os.environ['API_KEY'] + '\\n')",
  "os.environ['API_KEY']",
);
const FAILING = notebook("import os", "raise ValueError('refused: ' + os.environ['API_KEY'])");

/** What the variables of a run owe, whatever it is run with. */
export function variableTests(runtime: RuntimeUnderTest): void {
  let server: WorkServer;

  beforeAll(async () => {
    const files = { Dockerfile: "FROM rocas/onboard\nCOPY . .\n", "telling.ipynb": TELLING, "failing.ipynb": FAILING };
    server = await WorkServer.start(runtime, { project: "flowers", files });
    await server.makeProject();
    await server.mutate("createTreasureChest", { name: "keys", username: "flora", password: SECRET });
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  const env = [
    { name: "STAGE", value: "test" },
    { name: "LINES_OF_TEXT", value: "one\ntwo\n" },
    { name: "API_KEY", chest: "keys" },
  ];

  test("reach the notebook and its children, and a secret is in no log and in no kept notebook", async () => {
    const { id } = await server.train("telling.ipynb", { env });
    expect((await server.ended("Training", id)).task).toMatchObject({ state: "FINISHED", error: null });

    const shown = await server.read("Training", id, "log { text } outputNotebook env { name value chest key }");
    expect(shown.log.text).toContain("stage test lines 2");
    expect(shown.log.text).toContain(`key *** ${SECRET.length}`);
    expect(shown.log.text).toContain("child ***");
    const kept = await (await server.fetch(shown.outputNotebook)).text();
    expect(kept).toContain("child ***");
    expect(`${JSON.stringify(shown)}${kept}`).not.toContain(SECRET);
    expect(shown.env).toEqual([
      { name: "STAGE", value: "test", chest: null, key: null },
      { name: "LINES_OF_TEXT", value: "one\ntwo\n", chest: null, key: null },
      { name: "API_KEY", value: null, chest: "keys", key: "PASSWORD" },
    ]);
  });

  test("are masked in the reason of a failure", async () => {
    const { id } = await server.train("failing.ipynb", { env });

    expect((await server.ended("Training", id)).task).toMatchObject({
      state: "FAILED",
      error: "ValueError: refused: *** (cell 2)",
    });
  });

  test("leave no secret in the data folder once the run is over", async () => {
    const files = readdirSync(server.data, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());

    const holding = files.map(({ parentPath, name }) => join(parentPath, name)).filter(holdsSecret);

    expect(holding).toEqual([]);
  });
}

function holdsSecret(file: string): boolean {
  try {
    return readFileSync(file).includes(SECRET);
  } catch {
    return false;
  }
}
