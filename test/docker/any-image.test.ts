import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { notebook } from "../onboard/notebook.js";
import { WorkServer } from "../runtimes/work-server.js";
import { dockerUnderTest } from "./support/docker-under-test.js";
import { describeWithDocker } from "./support/engine.js";

vi.setConfig({ testTimeout: 600_000, hookTimeout: 900_000 });

const DEBIAN = `FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends python3 python3-venv && rm -rf /var/lib/apt/lists/*
RUN python3 -m venv /opt/team
`;
const PROJECT = "WORKDIR /project\nCOPY . .\n";

const TRAIN = notebook(
  { source: "depth = 1", tags: ["parameters"] },
  "import sys\nfrom rocas import Publisher, data_path, model_path\nprint('python', sys.prefix)",
  "print('read', open(data_path('measures.csv')).read())\n!echo from the shell",
  "class Leaf:\n    def _repr_html_(self): return f'<b>{depth}</b>'\nLeaf()",
  { source: "1 / 0", tags: ["raises-exception"] },
  "import asyncio\nawait asyncio.sleep(0.01)\nopen(model_path('clf.txt'), 'w').write(f'depth {depth}')",
  "Publisher()(version_name='v1', details={'accuracy': 0.97})",
);
const PREDICT = notebook(
  "from rocas import OnlinePredict, model_path\nlabel = open(model_path('clf.txt')).read()",
  "OnlinePredict(lambda body: {'label': label, 'sum': sum(body)})()",
);
const FAILING = notebook("print('before')", "def fit():\n    raise ValueError('no flowers')\nfit()", "print('after')");
const DYING = notebook("import os\nprint('begun')\nos._exit(3)");
const ENDING = notebook("import sys\nsys.exit(3)");
const MAGIC = notebook("%timeit 1 + 1");
const ENDLESS = notebook("import time\nprint('begun')\ntime.sleep(600)");

describeWithDocker("a project on an image without anything of ours", () => {
  let server: WorkServer;

  beforeAll(async () => {
    const notebooks = { TRAIN, PREDICT, FAILING, DYING, ENDING, MAGIC, ENDLESS };
    const named = Object.entries(notebooks).map(([name, text]) => [`${name.toLowerCase()}.ipynb`, text]);
    const Dockerfile = `${DEBIAN}ENV VIRTUAL_ENV=/opt/team\n${PROJECT}`;
    const files = { Dockerfile, ...Object.fromEntries(named) };
    server = await WorkServer.start(dockerUnderTest, { project: "flowers", files });
    await server.makeModel();
    await server.makeProject(["iris-clf"]);
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  const failed = async (name: string) => {
    const { id } = await server.train(`${name}.ipynb`);
    const { task, log } = await server.ended("Training", id);
    expect(task.state).toBe("FAILED");
    return { error: task.error as string, log: log.text as string };
  };

  test("trains in its own Python, publishes, and keeps the executed notebook", async () => {
    const datasets = [{ model: "iris-clf", name: "iris" }];
    const { id } = await server.train("train.ipynb", { params: { depth: 3 }, datasets });

    const { task, log } = await server.ended("Training", id);

    expect(task).toEqual({ state: "FINISHED", error: null, attempt: 1 });
    expect(log.text).toContain("python /opt/team\n");
    expect(log.text).toContain("read 5.1,3.5,1.4,0.2\n");
    expect(log.text).toContain("from the shell\n");
    const read = await server.read("Training", id, "outputNotebook movers { nodes { name details ds { name } } }");
    expect(read.movers.nodes).toEqual([{ name: "v1", details: { accuracy: 0.97 }, ds: { name: "iris" } }]);
    const kept = await (await server.fetch(new URL(read.outputNotebook, "http://a").pathname)).json();
    const { cells } = kept as { cells: { metadata: { tags: string[] }; outputs: object[] }[] };
    expect(cells[1]!.metadata.tags).toEqual(["injected-parameters"]);
    expect(cells[4]!.outputs).toMatchObject([{ output_type: "execute_result", data: { "text/html": "<b>3</b>" } }]);
    expect(cells[5]!.outputs).toMatchObject([{ output_type: "error", ename: "ZeroDivisionError" }]);
  });

  test("serves the version that it published", async () => {
    const movers = [{ model: "iris-clf", name: "v1" }];
    const { id } = await server.deploy("live", { tag: "latest", notebook: "predict.ipynb", movers });
    await server.whenFull(id);

    const answer = await server.predict("live", [5, 3]);

    expect([answer.status, await answer.json()]).toEqual([200, { label: "depth 3", sum: 8 }]);
    await server.undeploy("live");
  });

  test("fails by the cell that raised, with what was written before", async () => {
    const { error, log } = await failed("failing");

    expect(error).toContain("ValueError: no flowers (cell 2)");
    expect(log).toMatch(/before\n[^]*in fit/);
    expect(log).not.toContain("after");
  });

  test("says how its process ended, and what would run a magic", async () => {
    expect((await failed("dying")).error).toMatch(/KernelDied: .*exit code 3/);
    expect((await failed("ending")).error).toContain("the notebook ended itself with exit code 3 (cell 1)");
    expect((await failed("magic")).error).toContain("%timeit: the image has no IPython");
  });

  test("ends when it is cancelled", async () => {
    const { id, name } = await server.train("endless.ipynb");
    await server.wrote("Training", id, "begun");

    await server.mutate("cancelTraining", { proj: "flowers", name });

    expect((await server.ended("Training", id)).task.state).toBe("CANCELLED");
  });

  test("runs in Jupyter's kernel if the image has it, and in /work if the image has the links", async () => {
    const jupyter = "python3 python3-ipykernel python3-nbclient python3-nbformat";
    const install = `RUN apt-get update && apt-get install -y --no-install-recommends ${jupyter}\n`;
    const links = "RUN ln -s /scratch/work /scratch/data /scratch/model /scratch/nha /\n";
    const jupyters = notebook("import os\nprint(os.environ['HOME'], get_ipython().__class__.__name__)");
    const Dockerfile = `FROM debian:bookworm-slim\n${install}${links}${PROJECT}`;
    await server.write({ Dockerfile, "jupyter.ipynb": jupyters });
    const { id } = await server.mutate("buildProject", { proj: "flowers" }, "id");
    expect((await server.ended("Build", id)).task.state).toBe("FINISHED");

    const { task, log } = await server.ended("Training", (await server.train("jupyter.ipynb")).id);

    expect(task).toEqual({ state: "FINISHED", error: null, attempt: 1 });
    expect(log.text).toContain("/work ZMQInteractiveShell\n");
  });

  const PYTHONS = [
    [
      "without Python",
      "",
      "The image has no python3 that can be started. Let its Dockerfile install Python 3.8 or newer",
    ],
    [
      "with a broken Python",
      "RUN printf '#!/bin/sh\\necho no encodings >&2; exit 1\\n' >/usr/bin/python3 && chmod 755 /usr/bin/python3\n",
      "no encodings. It had not asked for its work yet. Mostly its Python does not start",
    ],
  ] as const;

  test.each(PYTHONS)("is told what is wrong %s", async (_what, lines, error) => {
    await server.write({ Dockerfile: `FROM debian:bookworm-slim\n${lines}${PROJECT}` });
    const { id } = await server.mutate("buildProject", { proj: "flowers" }, "id");
    expect((await server.ended("Build", id)).task.state).toBe("FINISHED");

    expect((await failed("train")).error).toContain(error);
  });
});
