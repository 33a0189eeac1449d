import { afterAll, beforeAll, expect, test } from "vitest";
import { notebook } from "../onboard/notebook.js";
import { newMark, type RuntimeUnderTest } from "./runtime-under-test.js";
import { TASK, WorkServer } from "./work-server.js";

const MARK = newMark();
const TRAIN = notebook(
  { source: "depth = 1", tags: ["parameters"] },
  "from rocas import Publisher, data_path, model_path",
  "print('read', open(data_path('measures.csv')).read())",
  "open(model_path('clf.txt'), 'w').write(f'depth {depth}')",
  "Publisher()(details={'accuracy': 0.97})",
);
const FAILING = notebook("print('before')", "raise ValueError('no flowers')");
const ENDLESS = notebook("import time\nprint('begun')", "time.sleep(600)");
const GREEDY = notebook("print('begun')", "hoard = []\nwhile True: hoard.append(b'x' * 50_000_000)");
const GREEDY_CHILD = notebook(
  "import subprocess, sys\nprint('begun')",
  "done = subprocess.run([sys.executable, '-c', 'hoard = bytearray(900_000_000); import time; time.sleep(60)'])",
  "print('ended with', done.returncode)",
);
const PARENT = notebook(
  `import os, subprocess, time\nsleep = ['sleep', '${MARK}']`,
  "subprocess.Popen(sleep)\nsubprocess.Popen(sleep, start_new_session=True)",
  // A child of a child that has ended, in a group of its own, and one that has nothing of the environment.
  `subprocess.run('setsid sleep ${MARK} & set -m; sleep ${MARK} &', shell=True)`,
  "subprocess.Popen(['setsid', *sleep], env={'PATH': os.environ['PATH']}, cwd='/')",
  // One that listens to no signal that can be ignored.
  `subprocess.Popen("trap '' TERM INT HUP; while :; do sleep ${MARK}; done", shell=True)`,
  "time.sleep(1)\nprint('begun', flush=True)\ntime.sleep(600)",
);
const CHILDREN = 6;

/** What a training owes, whatever it is run with. */
export function trainingTests(runtime: RuntimeUnderTest): void {
  let server: WorkServer;

  beforeAll(async () => {
    const notebooks = { TRAIN, FAILING, ENDLESS, GREEDY, GREEDY_CHILD, PARENT };
    const named = Object.entries(notebooks).map(([name, text]) => [`${name.toLowerCase()}.ipynb`, text]);
    const files = { Dockerfile: "FROM rocas/onboard\nCOPY . .\n", ...Object.fromEntries(named) };
    server = await WorkServer.start(runtime, { project: "flowers", files });
    await server.makeModel();
    await server.makeProject(["iris-clf"]);
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  const begun = async (notebook: string) => {
    const training = await server.train(notebook);
    await server.wrote("Training", training.id, "begun");
    return training;
  };
  const cancel = ({ name }: { name: string }) => server.mutate("cancelTraining", { proj: "flowers", name });

  test("runs the notebook with its parameters and files, and keeps what it published", async () => {
    const datasets = [{ model: "iris-clf", name: "iris" }];
    const { id, name } = await server.train("train.ipynb", { params: { depth: 3 }, datasets });
    expect((await server.ended("Training", id)).task).toEqual({ state: "FINISHED", error: null, attempt: 1 });

    const selection = `log { text ended } outputNotebook movers { nodes { name details download(name: "clf.txt") train { name bvers { tag } } ds { name } } }`;
    const { log, outputNotebook, movers } = await server.read("Training", id, selection);
    expect(log.text).toContain("read 5.1,3.5,1.4,0.2");
    const output = (await (await server.fetch(outputNotebook)).json()) as { cells: unknown[] };
    expect(output.cells).toHaveLength(6);
    const [version] = movers.nodes;
    const made = { train: { name, bvers: { tag: "latest" } }, ds: { name: "iris" } };
    expect(version).toMatchObject({ details: { accuracy: 0.97 }, ...made });
    expect(await (await server.fetch(version.download)).text()).toBe("depth 3");
    await expect.poll(() => server.runs(id), { timeout: 30_000 }).toEqual([]);
  });

  test("that fails in a cell says which and why, and keeps the notebook", async () => {
    const { id } = await server.train("failing.ipynb");

    const { task, log, outputNotebook } = await server.ended("Training", id, "outputNotebook");

    expect(task).toMatchObject({
      state: "FAILED",
      error: expect.stringMatching(/^ValueError: no flowers \(cell \d+\)$/),
    });
    expect(log.text).toContain("before");
    expect((await server.fetch(outputNotebook)).status).toBe(200);
  });

  test("that is cancelled is gone before it says CANCELLED", async () => {
    const training = await begun("endless.ipynb");

    await cancel(training);

    expect((await server.ended("Training", training.id)).task.state).toBe("CANCELLED");
    expect(server.runs(training.id)).toEqual([]);
  });

  test("that is cancelled while it begins is gone as well", async () => {
    const training = await server.train("endless.ipynb");

    await cancel(training);

    expect((await server.ended("Training", training.id)).task.state).toBe("CANCELLED");
    expect(server.runs(training.id)).toEqual([]);
  });

  test("that has started others, which left its group and session, and is cancelled leaves none", async () => {
    const training = await begun("parent.ipynb");
    expect(runtime.sleeping(MARK)).toBe(CHILDREN);

    await cancel(training);

    expect((await server.ended("Training", training.id)).task.state).toBe("CANCELLED");
    expect(runtime.sleeping(MARK)).toBe(0);
  });

  test("that runs out of memory says so, and the server and its other work go on", async () => {
    const other = await begun("endless.ipynb");
    const { id } = await begun("greedy.ipynb");

    const { task, outputNotebook } = await server.ended("Training", id, "outputNotebook");

    expect(task).toMatchObject({ state: "FAILED", attempt: 1 });
    expect(task.error).toContain("out of memory: the container may use 400 MiB");
    expect((await server.fetch(outputNotebook)).status).toBe(200);
    expect((await server.read("Training", other.id, TASK)).task).toMatchObject({ state: "RUNNING", attempt: 1 });
    await cancel(other);
    expect((await server.ended("Training", other.id)).task.state).toBe("CANCELLED");
  });

  test("goes on if only a process that it has started runs out of memory", async () => {
    const { id } = await server.train("greedy_child.ipynb");

    const { task, log } = await server.ended("Training", id);

    expect(task).toMatchObject({ state: "FINISHED", error: null });
    expect(log.text).toContain("ended with -9");
  });
}
