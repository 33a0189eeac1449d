import { afterAll, beforeAll, expect, test } from "vitest";
import { notebook } from "../onboard/notebook.js";
import { describeWithDocker, dockerCommand } from "./support/engine.js";
import { type DockerServer, openServer } from "./support/open-server.js";

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

describeWithDocker("a deployment on the real engine", () => {
  let server: DockerServer;

  beforeAll(async () => {
    server = await openServer({ "predict.ipynb": PREDICT, "lazy.ipynb": LAZY, "broken.ipynb": BROKEN });
    await publish("v1");
    await publish("v2");
  }, 600_000);
  afterAll(() => server?.[Symbol.asyncDispose]());

  const publish = (name: string) =>
    server.mutate("publishModelVersion", "PublishModelVersionInput", {
      model: "iris-clf",
      name,
      files: [{ name: "clf.txt", text: `weights of ${name}` }],
    });
  const movers = (name: string) => [{ model: "iris-clf", name }];
  const deploy = (name: string, input: object) =>
    server.mutate("deploy", "DeployInput", { proj: "flowers", name, ...input }, "id");
  const becomes = (id: string, state: object) => server.becomes("Deployment", id, STATE, state);
  /** The containers of the wanted revision that are there. */
  const containers = async (id: string) => {
    const { revisions } = await server.read("Deployment", id, "revisions(first: 1) { nodes { id } }");
    return server.containers(revisions.nodes[0].id);
  };

  test("serves through the router, replaces a replica that is killed, and goes", { timeout: 300_000 }, async () => {
    const { id } = await deploy("live", {
      tag: "latest",
      notebook: "predict.ipynb",
      movers: movers("v1"),
      replicas: 2,
    });
    await becomes(id, { availability: "FULL" });

    const answer = await server.predict("live", [5.1, 3.5]);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ weights: "weights of v1", flower: [5.1, 3.5] });
    expect(answer.headers.get("x-rocas-model-version")).toBe("iris-clf/v1");
    expect(answer.headers.get("x-rocas-revision")).toBe("1");

    const victim = (await containers(id)).find((name) => name.endsWith("-r0-a1"));
    dockerCommand("kill", victim ?? "none");
    await becomes(id, { availability: "PARTIAL" });
    expect((await server.predict("live", [1])).status).toBe(200);
    await becomes(id, {
      availability: "FULL",
      tasks: [
        { slot: 0, attempt: 2 },
        { slot: 1, attempt: 1 },
      ],
    });

    await server.mutate("undeploy", "UndeployInput", { proj: "flowers", name: "live" });
    await expect.poll(async () => (await server.predict("live", [1])).status, { timeout: 2_000 }).toBeGreaterThan(400);
    await becomes(id, { availability: "NONE", tasks: [] });
    expect(await containers(id)).toEqual([]);
  });

  test("changes its version without a moment in which nobody answers", { timeout: 300_000 }, async () => {
    const { id } = await deploy("steady", { tag: "latest", notebook: "predict.ipynb", movers: movers("v1") });
    await becomes(id, { availability: "FULL" });
    const seen = new Set<string>();
    let changing = true;
    const asking = (async () => {
      while (changing) {
        const answer = await server.predict("steady", []);
        seen.add(`${answer.status} ${answer.headers.get("x-rocas-model-version")}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    })();

    await deploy("steady", { movers: movers("v2") });
    await becomes(id, { availability: "FULL", revision: 2, tasks: [{ revision: 2 }] });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    changing = false;
    await asking;

    expect([...seen].sort()).toEqual(["200 iris-clf/v1", "200 iris-clf/v2"]);
    await server.mutate(
      "deleteDeployment",
      "DeleteDeploymentInput",
      { proj: "flowers", name: "steady", cascade: true },
      "id",
    );
  });

  test("goes on serving after the server was killed, and the server knows it again", { timeout: 300_000 }, async () => {
    const { id } = await deploy("lasting", { tag: "latest", notebook: "predict.ipynb", movers: movers("v1") });
    await becomes(id, { availability: "FULL" });
    const before = await containers(id);

    await server.crash();
    await server.start();

    await expect.poll(async () => (await server.predict("lasting", [])).status, { timeout: 5_000 }).toBe(200);
    expect(await containers(id)).toEqual(before);
    await server.mutate("undeploy", "UndeployInput", { proj: "flowers", name: "lasting" });
  });

  test("without versions serves any version of the project's models on demand", { timeout: 300_000 }, async () => {
    const { id } = await deploy("lazy", { tag: "latest", notebook: "lazy.ipynb" });
    await becomes(id, { availability: "FULL" });

    const answers = await Promise.all(["v1", "v2"].map((name) => server.predict(`lazy?model_version=${name}`, [])));

    expect(await Promise.all(answers.map((answer) => answer.json()))).toEqual(["weights of v1", "weights of v2"]);
    await server.mutate("undeploy", "UndeployInput", { proj: "flowers", name: "lazy" });
  });

  test("whose notebook fails says so and leaves the serving revision alone", { timeout: 300_000 }, async () => {
    const { id } = await deploy("careful", { tag: "latest", notebook: "predict.ipynb", movers: movers("v1") });
    await becomes(id, { availability: "FULL" });

    await deploy("careful", { notebook: "broken.ipynb" });
    const failed = { revision: 2, error: expect.stringContaining("RuntimeError: no model here") };
    await becomes(id, { availability: "PARTIAL", tasks: [{ revision: 1, ready: true }, failed] });
    expect((await server.predict("careful", [])).status).toBe(200);

    await deploy("careful", { notebook: "predict.ipynb" });
    await becomes(id, { availability: "FULL", revision: 3, tasks: [{ revision: 3 }] });
    await server.mutate("undeploy", "UndeployInput", { proj: "flowers", name: "careful" });
  });
});
