import { afterAll, beforeAll, expect, test } from "vitest";
import { LineageDocument } from "../../src/demo/generated/graphql.js";
import { notebook } from "../onboard/notebook.js";
import type { RuntimeUnderTest } from "./runtime-under-test.js";
import { irisFiles, IrisStory } from "./story-iris.js";
import { Refused, WorkServer } from "./work-server.js";

const FLOWER = [5.1, 3.5, 1.4, 0.2];
const LIVE = { proj: "iris", name: "iris-live" };
const DRIFTED = `{ deployment(proj: "iris", name: "iris-live") { bvers {
  dockerId status live { dockerId } drift { path frozen now } } } }`;
const CURRENT = `{ buildVersion(proj: "iris", tag: "latest") { id dockerId } }`;
const LOST = `{ deployment(proj: "iris", name: "iris-live") { tasks { slot attempt ready } } }`;
const UNDEPLOY = `mutation { undeploy(input: { proj: "iris", name: "iris-live" }) { replicas } }`;
const FORGETS = notebook(
  "from rocas import Publisher, model_path",
  "open(model_path('labels.txt'), 'w').write('setosa')",
  "Publisher()(version_name='without-classifier')",
);

/** The story of the irises, chapter by chapter, whatever builds and runs it. */
export function storyTests(runtime: RuntimeUnderTest): void {
  let server: WorkServer;
  let iris: IrisStory;

  beforeAll(async () => {
    const settings = { ROCAS_TRAIN_MEMORY_MB: "768", ROCAS_DEPLOY_MEMORY_MB: "512" };
    server = await WorkServer.start(runtime, { project: "iris", files: await irisFiles(), keepSteps: true, settings });
    iris = new IrisStory(server);
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  test("a model and a dataset, whose files travel by PUT", async () => {
    await iris.makeModel();

    const dataset = await iris.sendDataset("iris-150", ["measures.csv", "species.csv"]);

    const { node } = await server.run(`query ($id: ID!) { node(id: $id) { ... on Dataset { state } } }`, dataset);
    expect([dataset.state, node.state]).toEqual(["PENDING", "READY"]);
  });

  test("a project is built from its folder", async () => {
    await iris.makeProject();

    const { task, bvers } = await iris.build();

    expect(task).toMatchObject({ state: "FINISHED", error: null });
    expect(runtime.hasImage(server.data, bvers.dockerId)).toBe(true);
  });

  test("a training publishes a version of what it was given", async () => {
    const { task, movers, log } = await iris.train("first", "train.ipynb", { name: "v1" });

    expect(task).toMatchObject({ state: "FINISHED", error: null, progress: 1 });
    expect(movers.nodes).toMatchObject([{ name: "v1", state: "READY", ds: { name: "iris-150" } }]);
    expect(movers.nodes[0].details.metrics.accuracy).toBeGreaterThan(0.85);
    expect(log.text).toContain("published iris-clf/v1");
  });

  test("two replicas tell the species of a flower, and say by which version", async () => {
    const { tasks } = await iris.deploy("v1", 2);

    expect(tasks).toMatchObject([{ ready: true }, { ready: true }]);
    expect(await iris.replicas()).toHaveLength(2);
    const answer = await iris.predict(FLOWER);
    expect(answer).toEqual({ status: 200, said: "setosa", version: "iris-clf/v1", revision: "1" });
  });

  test("one query tells where a prediction came from", async () => {
    const { deployment } = await server.ask(LineageDocument, LIVE);

    const [served] = deployment!.movers;
    const { buildVersion } = await server.run(CURRENT);
    expect(served).toMatchObject({ name: "v1", model: { name: "iris-clf" }, ds: { name: "iris-150" } });
    expect(served!.train).toMatchObject({ name: "first", bvers: { tag: "latest", status: "IDENTICAL" } });
    expect(served!.train!.bvers!.dockerId).toBe(buildVersion.dockerId);
  });

  test("a tag that is built anew has drifted from what is deployed", async () => {
    const { buildVersion } = await server.run(CURRENT);
    await server.write({ "changed.txt": "changed" });

    const { bvers } = await iris.build();

    const { deployment } = await server.run(DRIFTED);
    const [frozen, now] = [buildVersion.dockerId, bvers.dockerId];
    expect(now).not.toBe(frozen);
    expect(deployment.bvers).toMatchObject({ dockerId: frozen, status: "REPLACED", live: { dockerId: now } });
    expect(deployment.bvers.drift).toContainEqual({ path: ["dockerId"], frozen, now });
  });

  test("a replica that is killed is replaced, and the other one answers meanwhile", async () => {
    const [killed, left] = await iris.replicas();

    const [kill] = Object.values(runtime.kills);
    await kill!(server.data, killed!.split(" ")[0]!);

    expect(await iris.predict(FLOWER)).toMatchObject({ status: 200, said: "setosa" });
    await server.poll(
      () => iris.replicas(),
      (ids) => ids.length === 2 && !ids.includes(killed!),
      120,
    );
    await iris.whenFull();
    expect(await iris.replicas()).toContain(left);
    const { deployment } = await server.run(LOST);
    expect(deployment.tasks.map(({ attempt }: { attempt: number }) => attempt).sort()).toEqual([1, 2]);
    expect(await iris.predict(FLOWER)).toMatchObject({ status: 200, said: "setosa", revision: "1" });
  });

  test("a broken Dockerfile fails with what it said, and leaves the last good image", async () => {
    const before = await server.run(CURRENT);
    await server.edit("Dockerfile", (content) => `${content}RUN echo the sieve is missing >&2 && exit 3\n`);

    const { task, log, bvers } = await iris.build();

    expect(task.state).toBe("FAILED");
    expect(task.error).toContain("exit 3");
    expect([log.text, bvers]).toEqual([expect.stringContaining("the sieve is missing"), null]);
    expect(await server.run(CURRENT)).toEqual(before);
  });

  test("a broken cell fails its training with the cell's error", async () => {
    await server.edit("Dockerfile", (content) => content.replace(/RUN echo the sieve .*\n/, ""));
    await server.edit("train.ipynb", (content) => content.replace("measures.csv", "measure.csv"));
    expect((await iris.build()).task.state).toBe("FINISHED");

    const { task, movers, outputNotebook } = await iris.train("broken");

    expect(task.state).toBe("FAILED");
    expect(task.error).toContain("measure.csv");
    expect(movers.nodes).toEqual([]);
    expect(outputNotebook).toMatch(/^\//);
  });

  test("a version without a required file is not published", async () => {
    await server.edit("train.ipynb", () => FORGETS);
    expect((await iris.build()).task.state).toBe("FINISHED");

    const { task, movers } = await iris.train("forgetful");

    expect(task.state).toBe("FAILED");
    expect(task.error).toContain("clf.pkl");
    expect(movers.nodes).toEqual([]);
  });

  test("a dataset without a required file is refused", async () => {
    const refusal = await iris.sendDataset("half", ["measures.csv"]).catch((error: unknown) => error);

    expect(refusal).toBeInstanceOf(Refused);
    expect(refusal).toMatchObject({ code: "CONTRACT_NOT_MET", message: expect.stringContaining("species.csv") });
  });

  test("an undeployed deployment has no containers and answers with an error", async () => {
    await server.run(UNDEPLOY);

    await server.poll(
      () => iris.replicas(),
      (ids) => ids.length === 0,
      60,
    );

    const { status, said } = await server.poll(
      () => iris.predict(FLOWER),
      (answer) => answer.status !== 200,
      20,
    );
    const error = { extensions: { code: "RUNTIME_UNAVAILABLE" }, message: expect.stringContaining("undeployed") };
    expect([status, said]).toMatchObject([503, { errors: [error] }]);
  });
}
