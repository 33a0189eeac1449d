import { afterAll, beforeAll, expect, test } from "vitest";
import { notebook } from "../onboard/notebook.js";
import { describeWithDocker } from "./support/engine.js";
import { type DockerServer, openServer } from "./support/open-server.js";

const TASK = "task { state progress error attempt }";

const TRAIN = notebook(
  { source: "depth = 1", tags: ["parameters"] },
  "from rocas import Publisher, data_path, model_path",
  "print('read', open(data_path('measures.csv')).read())",
  "open(model_path('clf.txt'), 'w').write(f'depth {depth}')",
  "Publisher()(details={'accuracy': 0.97})",
);
const FAILING = notebook("print('before')", "raise ValueError('no flowers')");
const LONG = notebook(
  "import time\nfrom rocas import Publisher, model_path",
  "print('begun')",
  "time.sleep(12)",
  "print('ended')",
);
const ENDLESS = notebook("import time\nprint('begun')", "time.sleep(600)");
const HUNGRY = notebook("hoard = []\nwhile True: hoard.append(b'x' * 50_000_000)");

describeWithDocker("a training on the real engine", () => {
  let server: DockerServer;

  beforeAll(async () => {
    server = await openServer({
      "train.ipynb": TRAIN,
      "failing.ipynb": FAILING,
      "long.ipynb": LONG,
      "endless.ipynb": ENDLESS,
      "hungry.ipynb": HUNGRY,
    });
  }, 600_000);
  afterAll(() => server?.[Symbol.asyncDispose]());

  const start = (notebook: string, input: object = {}) =>
    server.mutate("startTraining", "StartTrainingInput", { proj: "flowers", notebook, ...input });
  const becomes = (id: string, task: object) => server.becomes("Training", id, TASK, { task });
  const begun = (id: string) =>
    expect
      .poll(() => server.read("Training", id, "log { text }"), { timeout: 60_000 })
      .toMatchObject({
        log: { text: expect.stringContaining("begun") },
      });

  test(
    "runs the notebook with its parameters and files, and keeps what it published",
    { timeout: 120_000 },
    async () => {
      const datasets = [{ model: "iris-clf", name: "iris" }];
      const { id, name } = await start("train.ipynb", { params: { depth: 3 }, datasets });
      await becomes(id, { state: "FINISHED", progress: 1, error: null, attempt: 1 });

      const selection = `log { text ended } outputNotebook movers { nodes { name details download(name: "clf.txt") train { name bvers { tag } } ds { name } } }`;
      const { log, outputNotebook, movers } = await server.read("Training", id, selection);
      expect(log.text).toContain("read 5.1,3.5,1.4,0.2");
      const output = (await (await server.fetch(outputNotebook)).json()) as { cells: unknown[] };
      expect(output.cells).toHaveLength(6);
      const [version] = movers.nodes;
      expect(version).toMatchObject({
        details: { accuracy: 0.97 },
        train: { name, bvers: { tag: "latest" } },
        ds: { name: "iris" },
      });
      expect(await (await server.fetch(version.download)).text()).toBe("depth 3");
      await expect.poll(() => server.containers(id), { timeout: 30_000 }).toEqual([]);
    },
  );

  test("that fails in a cell says which and why, and keeps the notebook", { timeout: 120_000 }, async () => {
    const { id } = await start("failing.ipynb");
    await becomes(id, { state: "FAILED" });

    const { task, log, outputNotebook } = await server.read("Training", id, `${TASK} log { text } outputNotebook`);
    expect(task.error).toMatch(/^ValueError: no flowers \(cell \d+\)$/);
    expect(log.text).toContain("before");
    expect((await server.fetch(outputNotebook)).status).toBe(200);
  });

  test("that is cancelled is gone before it says CANCELLED", { timeout: 120_000 }, async () => {
    const { id, name } = await start("endless.ipynb");
    await begun(id);

    await server.mutate("cancelTraining", "CancelTrainingInput", { proj: "flowers", name });
    await becomes(id, { state: "CANCELLED" });

    expect(server.containers(id)).toEqual([]);
  });

  test("whose server is killed goes on, and its notebook runs once", { timeout: 180_000 }, async () => {
    const { id } = await start("long.ipynb");
    await begun(id);

    await server.crash();
    await server.start();
    await becomes(id, { state: "FINISHED", attempt: 1 });

    const { log } = await server.read("Training", id, "log { text }");
    expect(log.text.match(/begun/g)).toHaveLength(1);
    expect(log.text.match(/ended/g)).toHaveLength(1);
  });

  test("whose server is away at its end is finished when it is back", { timeout: 180_000 }, async () => {
    const { id } = await start("long.ipynb");
    await begun(id);

    await server.crash();
    await new Promise((resolve) => setTimeout(resolve, 20_000));
    await server.start();

    await becomes(id, { state: "FINISHED", attempt: 1 });
  });

  test("that takes more memory than it may says so", { timeout: 180_000 }, async () => {
    const { id } = await start("hungry.ipynb");
    await becomes(id, { state: "FAILED" });
    expect((await server.read("Training", id, TASK)).task.error).toMatch(/memory|kernel/i);
  });
});
