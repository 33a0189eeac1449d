import { afterAll, beforeAll, expect, test } from "vitest";
import { notebook } from "../onboard/notebook.js";
import { describeWithDocker } from "./support/engine.js";
import { type DockerServer, openServer } from "./support/open-server.js";

const R = JSON.stringify({
  nbformat: 4,
  nbformat_minor: 5,
  metadata: { kernelspec: { name: "python3", display_name: "R", language: "R" } },
  cells: [{ id: "a", cell_type: "code", metadata: {}, execution_count: null, outputs: [], source: "print(2^3)" }],
});
const ENDLESS = notebook("import time\nprint('begun')", "time.sleep(600)");

describeWithDocker("a notebook on the real engine", () => {
  let server: DockerServer;

  beforeAll(async () => {
    server = await openServer({
      "r.ipynb": R,
      "broken.ipynb": "<!DOCTYPE html>",
      "Übung (1) + 2.ipynb": ENDLESS,
    });
  }, 600_000);
  afterAll(() => server?.[Symbol.asyncDispose]());

  test.each([
    ["missing.ipynb", "BadNotebook: The project has no notebook 'missing.ipynb'. It has: broken.ipynb, r.ipynb, "],
    ["broken.ipynb", "BadNotebook: broken.ipynb is no notebook: it is no JSON"],
    ["r.ipynb", "BadNotebook: r.ipynb is a notebook of the language 'R'"],
  ])("that cannot be served ends the task of its replica: %s", { timeout: 180_000 }, async (name, reason) => {
    const input = { proj: "flowers", name: name.replace(".", "-"), tag: "latest", notebook: name };
    const { id } = await server.mutate("deploy", "DeployInput", input, "id");
    const failed = { state: "FAILED", ready: false, error: expect.stringContaining(reason) };
    const tasks = "tasks { state ready error attempt }";

    await server.becomes("Deployment", id, tasks, { tasks: [{ ...failed, attempt: 3 }] });
    const seen = [];
    for (let look = 0; look < 10; look += 1) seen.push(...(await server.read("Deployment", id, tasks)).tasks);

    expect(new Set(seen.map(({ state }) => state))).toEqual(new Set(["FAILED"]));
    await server.mutate("undeploy", "UndeployInput", { proj: "flowers", name: input.name });
  });

  test("of a training that is cancelled keeps what ran", { timeout: 180_000 }, async () => {
    const input = { proj: "flowers", notebook: "Übung (1) + 2.ipynb" };
    const { id, name } = await server.mutate("startTraining", "StartTrainingInput", input);
    const log = { log: { text: expect.stringContaining("begun") } };
    await server.becomes("Training", id, "log { text }", log);

    await server.mutate("cancelTraining", "CancelTrainingInput", { proj: "flowers", name });
    await server.becomes("Training", id, "task { state }", { task: { state: "CANCELLED" } });

    const { outputNotebook } = await server.read("Training", id, "outputNotebook");
    const kept = (await (await server.fetch(outputNotebook)).json()) as { cells: { outputs: object[] }[] };
    expect(kept.cells[0]?.outputs).toMatchObject([{ text: ["begun\n"] }]);
    expect((await server.read("Training", id, "log { text }")).log.text).toMatch(/Told to stop.\n$|granted.\n$/);
  });
});
