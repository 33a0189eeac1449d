import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { notebook } from "../onboard/notebook.js";
import { newMark, type RuntimeUnderTest } from "./runtime-under-test.js";
import { WorkServer } from "./work-server.js";

const MARK = newMark();
const STATE = "availability revision tasks { slot revision state ready attempt error }";
const PREDICT = notebook(
  "import os\nfrom rocas import OnlinePredict, model_path",
  "weights = open(model_path('clf.txt')).read()",
  "OnlinePredict(lambda body: {'weights': weights, 'by': os.environ['ROCAS_SLOT'], 'flower': body})()",
);
const LAZY = notebook(
  "from rocas import LazyModelServer",
  "LazyModelServer(predict_func=lambda body, clf: clf, load_model_func=lambda folder: open(folder + '/clf.txt').read())()",
);
const BROKEN = notebook("raise RuntimeError('no model here')");
const PARENT = notebook(
  "import subprocess\nfrom rocas import OnlinePredict",
  `subprocess.Popen(['setsid', 'sleep', '${MARK}'])\nsubprocess.Popen(['sleep', '${MARK}'])`,
  // One that has nothing of the environment, and whose parent has ended.
  `subprocess.run('(env -i setsid sleep ${MARK} &)', shell=True)`,
  "OnlinePredict(lambda body: body)()",
);
const NEVER_READY = notebook("import time\nprint('begun', flush=True)\ntime.sleep(600)");

const CHILDREN = 3;
const REPLICAS = `subscription ($of: ID!) { taskChanged(of: $of) { replicas { slot attempt state error } } }`;
const [AGAIN, AS_BEFORE] = [
  { slot: 0, attempt: 2 },
  { slot: 1, attempt: 1 },
];
const WHY = /"slot":0,"attempt":1,"state":"FAILED","error":"[^"]*(SIGKILL, from outside|the container is gone)/;

/** What a deployment owes, whatever its replicas are run with. */
export function deploymentTests(runtime: RuntimeUnderTest): void {
  let server: WorkServer;

  beforeAll(async () => {
    const notebooks = { PREDICT, LAZY, BROKEN, PARENT, NEVER_READY };
    const named = Object.entries(notebooks).map(([name, text]) => [`${name.toLowerCase()}.ipynb`, text]);
    const files = { Dockerfile: "FROM rocas/onboard\nCOPY . .\n", ...Object.fromEntries(named) };
    server = await WorkServer.start(runtime, { project: "flowers", files });
    await server.makeModel();
    await server.makeProject(["iris-clf"]);
    for (const name of ["v1", "v2"])
      await server.mutate("publishModelVersion", {
        model: "iris-clf",
        name,
        files: [{ name: "clf.txt", text: `weights of ${name}` }],
      });
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  const movers = (name: string) => [{ model: "iris-clf", name }];
  const deploy = (name: string, input: object) =>
    server.deploy(name, { tag: "latest", notebook: "predict.ipynb", movers: movers("v1"), ...input });
  const becomes = (id: string, state: object) => server.becomes("Deployment", id, STATE, state);
  const isGone = async (id: string) => {
    await becomes(id, { availability: "NONE", tasks: [] });
    expect(await server.replicas(id)).toEqual([]);
  };

  test("serves through the router, and goes when it is undeployed", async () => {
    const { id } = await deploy("live", { replicas: 2 });
    await server.whenFull(id);

    const answer = await server.predict("live", [5.1, 3.5]);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ weights: "weights of v1", flower: [5.1, 3.5] });
    expect(answer.headers.get("x-rocas-model-version")).toBe("iris-clf/v1");
    expect(answer.headers.get("x-rocas-revision")).toBe("1");

    await server.undeploy("live");
    await expect.poll(async () => (await server.predict("live", [1])).status, { timeout: 2_000 }).toBeGreaterThan(400);
    await isGone(id);
  });

  test.each(Object.entries(runtime.kills))("a replica comes back after %s, and says why", async (how, kill) => {
    const name = how.toLowerCase().replaceAll(" ", "-");
    const { id } = await deploy(name, { replicas: 2, notebook: "parent.ipynb", movers: [] });
    await server.whenFull(id);
    const [victim, other] = await server.replicas(id);
    await using heard = await server.hear(REPLICAS, { of: id });

    await kill(server.data, victim!.split(" ")[0]!);

    await becomes(id, { availability: "PARTIAL" });
    expect((await server.predict(name, [1])).status).toBe(200);
    await server.whenFull(id, { tasks: [AGAIN, AS_BEFORE] });
    expect(heard.text()).toMatch(WHY);
    const now = await server.replicas(id);
    expect([now.length, now.includes(other!), now.includes(victim!)]).toEqual([2, true, false]);
    expect(runtime.sleeping(MARK)).toBe(2 * CHILDREN);
    await server.undeploy(name);
    await isGone(id);
    expect(runtime.sleeping(MARK)).toBe(0);
  });

  test("that is undeployed while its replicas begin is gone as well", async () => {
    const { id } = await deploy("early", { replicas: 2, notebook: "never_ready.ipynb" });
    await server.poll(
      () => server.replicas(id),
      (runs) => runs.length > 0,
    );

    await server.undeploy("early");

    await isGone(id);
  });

  test("changes its version without a moment in which nobody answers", async () => {
    const { id } = await deploy("steady", {});
    await server.whenFull(id);
    const seen = new Set<string>();
    let changing = true;
    const asking = (async () => {
      while (changing) {
        const answer = await server.predict("steady", []);
        seen.add(`${answer.status} ${answer.headers.get("x-rocas-model-version")}`);
        await pause(50);
      }
    })();

    await server.deploy("steady", { movers: movers("v2") });
    await server.whenFull(id, { revision: 2, tasks: [{ revision: 2 }] });
    await pause(1_000);
    changing = false;
    await asking;

    expect([...seen].sort()).toEqual(["200 iris-clf/v1", "200 iris-clf/v2"]);
    await server.mutate("deleteDeployment", { proj: "flowers", name: "steady", cascade: true }, "id");
  });

  test("without versions serves any version of the project's models on demand", async () => {
    const { id } = await deploy("lazy", { notebook: "lazy.ipynb", movers: [] });
    await server.whenFull(id);

    const answers = await Promise.all(["v1", "v2"].map((name) => server.predict(`lazy?model_version=${name}`, [])));

    expect(await Promise.all(answers.map((answer) => answer.json()))).toEqual(["weights of v1", "weights of v2"]);
    await server.undeploy("lazy");
  });

  test("whose notebook fails says so and leaves the serving revision alone", async () => {
    const { id } = await deploy("careful", {});
    await server.whenFull(id);

    await server.deploy("careful", { notebook: "broken.ipynb" });
    const failed = { revision: 2, error: expect.stringContaining("RuntimeError: no model here") };
    await becomes(id, { availability: "PARTIAL", tasks: [{ revision: 1, ready: true }, failed] });
    expect((await server.predict("careful", [])).status).toBe(200);

    await server.deploy("careful", { notebook: "predict.ipynb" });
    await server.whenFull(id, { revision: 3, tasks: [{ revision: 3 }] });
    await server.undeploy("careful");
  });
}
