import { afterAll, beforeAll, expect, test } from "vitest";
import { notebook } from "../onboard/notebook.js";
import { openRun, until } from "../onboard/open-run.js";
import { openProjectImage } from "../onboard/project-image.js";
import { mounted } from "../onboard/run-listener.js";
import { describeWithDocker } from "./support/engine.js";

const PREDICT = notebook(
  "from rocas import OnlinePredict, model_path\nkept = open(model_path('clf.pkl')).read()",
  "def predict(flower):\n    if flower == 'bad':\n        raise ValueError('no flower')\n    return [kept, flower]",
  "OnlinePredict(predict)()",
);

const LAZY = notebook(
  "from rocas import LazyModelServer",
  "def load(folder):\n    return open(folder + '/clf.pkl').read()",
  "LazyModelServer(lambda body, model: [model, body], load, max_models=1)()",
);

const post = (address: string, body: unknown) =>
  fetch(address, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } });

const isReady = (endpoint: string) =>
  fetch(`${endpoint}/health`).then(
    (answer) => answer.ok,
    () => false,
  );

describeWithDocker("a service on board", () => {
  let image: Awaited<ReturnType<typeof openProjectImage>>;

  beforeAll(async () => {
    image = await openProjectImage({ "predict.ipynb": PREDICT, "lazy.ipynb": LAZY });
  }, 600_000);
  afterAll(() => image[Symbol.dispose]());

  test("answers with its version, and ends in time when it is told to", async () => {
    const versions = [mounted("modelversion_1", "iris-clf", "fox", "clf.pkl", "a classifier", "mover")];
    await using run = await openRun(image.id, { kind: "deploy", notebook: "predict.ipynb", versions });
    run.listener.files.set("modelversion_1/clf.pkl", Buffer.from("a classifier"));
    const endpoint = await run.endpoint();
    await until(() => isReady(endpoint));
    await until(() => run.listener.readies === 1);

    const good = await post(`${endpoint}/predict`, [5.1, 3.5]);
    const bad = await post(`${endpoint}/predict`, "bad");

    expect(await good.json()).toEqual(["a classifier", [5.1, 3.5]]);
    expect(good.headers.get("x-rocas-model-version")).toBe("iris-clf/fox");
    expect([bad.status, await bad.json()]).toMatchObject([
      500,
      { errors: [{ message: "ValueError: no flower", extensions: { code: "INTERNAL" } }] },
    ]);

    const before = performance.now();
    await run.stop();
    expect(performance.now() - before).toBeLessThan(9_500);
    expect(await run.exit()).toBe(143);
    expect(run.listener.completions).toEqual([]);
  });

  test("fetches a version when somebody asks for it", async () => {
    const models = [{ name: "iris-clf" }];
    await using run = await openRun(image.id, { kind: "deploy", notebook: "lazy.ipynb", lazy: true, meta: { models } });
    for (const name of ["fox", "owl"]) {
      run.listener.lazy.set(`iris-clf/${name}`, mounted(`modelversion_${name}`, "iris-clf", name, "clf.pkl", name));
      run.listener.files.set(`modelversion_${name}/clf.pkl`, Buffer.from(name));
    }
    const endpoint = await run.endpoint();
    await until(() => isReady(endpoint));
    const ask = (name: string) => post(`${endpoint}/predict?model_version=${name}`, 1);

    const answers = [await ask("fox"), await ask("owl"), await ask("fox")];

    expect(await Promise.all(answers.map((answer) => answer.json()))).toEqual([
      ["fox", 1],
      ["owl", 1],
      ["fox", 1],
    ]);
    expect(answers.map((answer) => answer.headers.get("x-rocas-model-version"))).toEqual(
      ["fox", "owl", "fox"].map((name) => `iris-clf/${name}`),
    );
    expect((await ask("hen")).status).toBe(404);
    expect((await post(`${endpoint}/predict`, 1)).status).toBe(400);
  });
});
