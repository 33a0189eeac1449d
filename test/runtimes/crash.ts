import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { notebook } from "../onboard/notebook.js";
import { AskedWork, MODEL } from "./asked-work.js";
import { markedNotebook, runsIn } from "./marked-runs.js";
import { newMark, type RuntimeUnderTest } from "./runtime-under-test.js";
import { counted, KILLS, killTwentyTimes, PUBLISHING } from "./twenty-kills.js";
import { WorkServer } from "./work-server.js";

const PREDICT = notebook("from rocas import OnlinePredict", "OnlinePredict(lambda body: {'got': body})()");
const FILES = {
  Dockerfile: "FROM rocas/onboard\nCOPY . .\n",
  "long.ipynb": markedNotebook("time.sleep(8)"),
  "quick.ipynb": markedNotebook("time.sleep(3)"),
  "publish.ipynb": PUBLISHING,
  "predict.ipynb": PREDICT,
  "other.ipynb": PREDICT,
};
const ONE_RUN = [{ attempt: expect.any(Number), from: expect.any(Number), to: expect.any(Number) }];

const TRAINED_ONCE = { state: "FINISHED", error: null, runs: ONE_RUN, versions: [expect.any(String)] };
const BUILT_ONCE = { state: "FINISHED", error: null, versions: 1 };

const sum = (one: Record<string, number>, other: Record<string, number>) =>
  Object.fromEntries(Object.entries(one).map(([name, count]) => [name, count + other[name]!]));

/** What a server owes that is killed and started again, whatever it builds and runs projects with. */
export function crashTests(runtime: RuntimeUnderTest): void {
  let server: WorkServer;

  beforeAll(async () => {
    server = await WorkServer.start(runtime, { project: "slow", files: FILES });
    await server.mutate("createModel", { name: MODEL, modelFiles: [{ name: "clf.txt", required: true }] });
    await server.makeProject([MODEL]);
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  const running = async (notebook: string) => {
    const { id } = await server.train(notebook);
    await server.wrote("Training", id, "mark begin");
    return id;
  };

  test("follows a training to its end that ran on meanwhile", async () => {
    const id = await running("long.ipynb");
    const before = server.runs(id);

    await server.kill9AndRestart();

    expect(server.runs(id)).toEqual(before);
    const { task, log } = await server.ended("Training", id);
    expect(task).toEqual({ state: "FINISHED", attempt: 1, error: null });
    expect(runsIn(log.text)).toEqual(ONE_RUN);
  });

  test("hears of a training that ended while nobody listened", async () => {
    const id = await running("quick.ipynb");

    await server.kill9();
    await pause(6_000);
    await server.restart();

    const { task, log } = await server.ended("Training", id);
    expect(task).toEqual({ state: "FINISHED", attempt: 1, error: null });
    expect(runsIn(log.text)).toEqual(ONE_RUN);
  });

  test("repeats a training that was stopped meanwhile, and only then", async () => {
    const id = await running("quick.ipynb");

    await server.kill9();
    await runtime.stopRun(server.data, server.runs(id)[0]!);
    const stopped = Date.now() / 1000;
    await server.restart();

    const { task, log } = await server.ended("Training", id);
    expect(task).toEqual({ state: "FINISHED", attempt: 2, error: null });
    const [lost, repeated, ...others] = runsIn(log.text);
    expect([lost!.to, repeated!.to, others]).toEqual([null, expect.any(Number), []]);
    expect(repeated!.from).toBeGreaterThan(stopped);
  });

  test("builds anew what was being built, and ends what was at work on it", async () => {
    const mark = newMark();
    await server.write(runtime.slowBuild({ seconds: 6, mark }));
    const { id } = await server.mutate("buildProject", { proj: "slow", tag: "slowly" }, "id");
    await server.poll(
      () => runtime.sleeping(mark),
      (count) => count >= 3,
    );

    await server.kill9();
    await expect.poll(() => runtime.sleeping(mark)).toBe(0);
    await server.restart();

    const { task, bvers } = await server.ended("Build", id, "bvers { dockerId }");
    expect(task).toEqual({ state: "FINISHED", attempt: 2, error: null });
    expect(bvers.dockerId).toMatch(/^sha256:/);
    expect(runtime.sleeping(mark)).toBe(0);
  });

  test("brings up the replicas that were being started, and serves from those that were there", async () => {
    const { id } = await server.deploy("live", { tag: "latest", notebook: "predict.ipynb", replicas: 2 });
    await server.poll(
      () => server.replicas(id),
      (runs) => runs.length > 0,
    );
    await server.kill9AndRestart();
    await server.whenFull(id, { tasks: [{ attempt: 1 }, { attempt: 1 }] });
    const before = await server.replicas(id);
    expect(before).toHaveLength(2);

    await server.kill9AndRestart();

    await expect.poll(async () => (await server.predict("live", [1])).status).toBe(200);
    await server.whenFull(id);
    expect(await server.replicas(id)).toEqual(before);
  });

  test("deploys once what a training published, whenever it is killed", async () => {
    const files = [{ name: "clf.txt", text: "weights" }];
    await server.mutate("publishModelVersion", { model: MODEL, name: "first", files });
    const movers = [{ model: MODEL, name: "first" }];
    const { id } = await server.deploy("target", { tag: "latest", notebook: "predict.ipynb", replicas: 0, movers });

    for (const ms of [0, 40, 80, 160, 320, 640]) {
      const training = await server.train("publish.ipynb", { targetDeployment: "target" });
      await server.wrote("Training", training.id, "mark end");
      await pause(ms);
      await server.kill9AndRestart();
      await server.becomes("Training", training.id, "rollout { state }", { rollout: { state: "DEPLOYED" } });
    }

    const { revisions } = await server.read("Deployment", id, "revisions { nodes { number createdBy } }");
    expect(new Set(revisions.nodes.map((each: { createdBy: string }) => each.createdBy)).size).toBe(7);
    expect(revisions.nodes).toHaveLength(7);
  });

  test("loses nothing and does nothing twice, killed twenty times while it builds, trains and deploys", async () => {
    const before = await counted(server);
    const work = new AskedWork(server);
    await server.write({ Dockerfile: FILES.Dockerfile });

    await killTwentyTimes(work, server);

    await work.sendAgain();
    const [trained, built] = [await work.trainings(), await work.builds()];
    expect(trained).toEqual(trained.map(() => TRAINED_ONCE));
    expect(built).toEqual(built.map(() => BUILT_ONCE));
    const deployed = work.idsOf("deploy");
    for (const id of deployed) {
      await server.whenFull(id, { revision: 2, tasks: [{ revision: 2, slot: 0 }] });
      expect(await server.replicas(id)).toHaveLength(1);
    }
    const made = { trainings: KILLS, builds: built.length, deployments: deployed.length, versions: KILLS };
    expect(await counted(server)).toEqual(sum(before, made));
  });

  test("leaves nothing on the machine once all is undeployed", async () => {
    for (const name of ["live", "one", "two"]) await server.undeploy(name);
    const { deployments } = (await server.run(`{ deployments { nodes { id } } }`)) as Deployments;
    for (const { id } of deployments.nodes)
      await server.becomes("Deployment", id, "availability tasks { slot }", { availability: "NONE", tasks: [] });

    // What kills have left half done is found by the next start.
    await server.stop();
    await server.restart();
    await server.stop();

    // What was asked of the system a moment before ends by itself.
    await expect.poll(() => runtime.left(server.data)).toEqual([]);
  });
}

interface Deployments {
  readonly deployments: { readonly nodes: readonly { readonly id: string }[] };
}
