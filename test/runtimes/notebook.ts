import { afterAll, beforeAll, expect, test } from "vitest";
import { notebook } from "../onboard/notebook.js";
import type { RuntimeUnderTest } from "./runtime-under-test.js";
import { WorkServer } from "./work-server.js";

const R = JSON.stringify({
  nbformat: 4,
  nbformat_minor: 5,
  metadata: { kernelspec: { name: "python3", display_name: "R", language: "R" } },
  cells: [{ id: "a", cell_type: "code", metadata: {}, execution_count: null, outputs: [], source: "print(2^3)" }],
});
const ENDLESS = notebook("import time\nprint('begun')", "time.sleep(600)");

/** What is owed to a notebook that cannot be run, or not to its end, whatever it is run with. */
export function notebookTests(runtime: RuntimeUnderTest): void {
  let server: WorkServer;

  beforeAll(async () => {
    const notebooks = { "r.ipynb": R, "broken.ipynb": "<!DOCTYPE html>", "Übung (1) + 2.ipynb": ENDLESS };
    const files = { Dockerfile: "FROM rocas/onboard\nCOPY . .\n", ...notebooks };
    server = await WorkServer.start(runtime, { project: "flowers", files });
    await server.makeProject();
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  test.each([
    ["missing.ipynb", "BadNotebook: The project has no notebook 'missing.ipynb'. It has: broken.ipynb, r.ipynb, "],
    ["broken.ipynb", "BadNotebook: broken.ipynb is no notebook: it is no JSON"],
    ["r.ipynb", "BadNotebook: r.ipynb is a notebook of the language 'R'"],
  ])("that cannot be served ends the task of its replica: %s", async (name, reason) => {
    const deployment = name.replace(".", "-");
    const { id } = await server.deploy(deployment, { tag: "latest", notebook: name });
    const failed = { state: "FAILED", ready: false, error: expect.stringContaining(reason) };
    const tasks = "tasks { state ready error attempt }";

    await server.becomes("Deployment", id, tasks, { tasks: [{ ...failed, attempt: 3 }] });
    const seen = [];
    for (let look = 0; look < 10; look += 1) seen.push(...(await server.read("Deployment", id, tasks)).tasks);

    expect(new Set(seen.map(({ state }) => state))).toEqual(new Set(["FAILED"]));
    await server.undeploy(deployment);
  });

  test("of a training that is cancelled keeps what ran", async () => {
    const { id, name } = await server.train("Übung (1) + 2.ipynb");
    await server.wrote("Training", id, "begun");

    await server.mutate("cancelTraining", { proj: "flowers", name });
    await server.becomes("Training", id, "task { state }", { task: { state: "CANCELLED" } });

    const { outputNotebook } = await server.read("Training", id, "outputNotebook");
    const kept = (await (await server.fetch(outputNotebook)).json()) as { cells: { outputs: object[] }[] };
    expect(kept.cells[0]?.outputs).toMatchObject([{ text: ["begun\n"] }]);
    expect((await server.read("Training", id, "log { text }")).log.text).toMatch(/Told to stop.\n$|granted.\n$/);
  });
}
