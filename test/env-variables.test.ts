import { expect, test } from "vitest";
import { builtProject } from "./support/built-project.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";
import { PlayedContainer } from "./support/played-container.js";

const SECRET = "correct horse battery";
const ENV = `env { name value chest key }`;
const START = `mutation ($input: StartTrainingInput!) { startTraining(input: $input) { id name ${ENV} } }`;
const DEPLOY = `mutation ($input: DeployInput!) { deploy(input: $input) { id revision ${ENV} } }`;

const chest = (app: TestApp, name = "keys") =>
  app.seed.mutate("createTreasureChest", "CreateTreasureChestInput", { name, username: "flora", password: SECRET });
const start = (app: TestApp, proj: string, env?: object[]) =>
  app.execute(START, { input: { proj, notebook: "train.ipynb", env } });
const task = async (app: TestApp, id: string) =>
  (await app.execute(`query ($id: ID!) { node(id: $id) { ... on Training { task { state error } } } }`, { id })).data
    .node.task;

test("the values of variables reach the container by a secret file, and are in no environment", async () => {
  await using app = await openTestApp();
  const { proj } = await builtProject(app);
  await chest(app);

  const { data } = await start(app, proj.name, [
    { name: "STAGE", value: "test" },
    { name: "USER_NAME", chest: "keys", key: "USERNAME" },
    { name: "API_KEY", chest: "keys" },
  ]);
  await app.settled();

  const [spec] = app.runtime.running(data.startTraining.id);
  expect(JSON.parse(spec!.secretFiles["env"]!)).toEqual({
    values: { STAGE: "test", USER_NAME: "flora", API_KEY: SECRET },
    secret: ["USER_NAME", "API_KEY"],
  });
  expect(JSON.stringify(spec!.env)).not.toContain("test");
  expect(data.startTraining.env).toEqual([
    { name: "STAGE", value: "test", chest: null, key: null },
    { name: "USER_NAME", value: null, chest: "keys", key: "USERNAME" },
    { name: "API_KEY", value: null, chest: "keys", key: "PASSWORD" },
  ]);
});

test("no collection holds the secret of a variable, whatever the container says", async () => {
  await using app = await openTestApp();
  const { proj } = await builtProject(app);
  await chest(app);
  const { id } = (await start(app, proj.name, [{ name: "API_KEY", chest: "keys" }])).data.startTraining;
  await app.settled();
  const container = PlayedContainer.of(app.runtime.running(id)[0]!);

  await container.claim();
  await container.log(`key: ${SECRET}, ${Buffer.from(SECRET).toString("base64")}\n`);
  await container.complete({ ok: false, error: { name: "KeyError", message: `no ${SECRET}` } });
  await app.settled();

  expect(await task(app, id)).toEqual({ state: "FAILED", error: "KeyError: no ***" });
  const { log } = (await app.execute(`query ($id: ID!) { node(id: $id) { ... on Training { log { text } } } }`, { id }))
    .data.node;
  expect(log.text).toBe("key: ***, ***\n");
  expect(await collectionsWith(app, SECRET)).toEqual([]);
});

/** The collections in which a document holds the text. */
async function collectionsWith({ app: { store } }: TestApp, text: string): Promise<string[]> {
  const { db } = store.trainings;
  const names = (await db.db!.listCollections().toArray()).map(({ name }) => name);
  const found = await Promise.all(
    names.map(async (name) => JSON.stringify(await db.collection(name).find({}).toArray())),
  );
  return names.filter((_, at) => found[at]!.includes(text));
}

test("a chest that changed before the start fails the training with a sentence", async () => {
  await using app = await openTestApp();
  const { proj } = await builtProject(app);
  const { name } = await chest(app);
  const { id } = (await start(app, proj.name, [{ name: "API_KEY", chest: name }])).data.startTraining;
  await app.settled();
  await app.seed.mutate("updateTreasureChest", "UpdateTreasureChestInput", { name, username: "a", password: "other" });

  // The container goes before it claims, so that a second attempt starts.
  app.runtime.exit(app.runtime.running(id)[0]!.name, 75);

  await expect
    .poll(() => task(app, id), { timeout: 15_000 })
    .toEqual({
      state: "FAILED",
      error:
        "the treasure chest keys of the variable API_KEY has been deleted, or holds another secret since: start it anew",
    });
});

test.each([
  [{ name: "LD_PRELOAD", value: "x" }, ["name"], /LD_PRELOAD decides/],
  [{ name: "PATH", value: "x" }, ["name"], /PATH decides/],
  [{ name: "PYTHONPATH", value: "x" }, ["name"], /PYTHONPATH decides/],
  [{ name: "ROCAS_RUN_URL", value: "x" }, ["name"], /ROCAS_RUN_URL decides/],
  [{ name: "CUDA_VISIBLE_DEVICES", value: "0" }, ["name"], /CUDA_VISIBLE_DEVICES decides/],
  [{ name: "A=B", value: "x" }, ["name"], /letters, digits and underscores/],
  [{ name: "A", value: "x\u0000" }, ["value"], /none is NUL/],
  [{ name: "A" }, [], /has a `value`, or a `chest`/],
  [{ name: "A", value: "x", chest: "keys" }, [], /no `value` beside it/],
  [{ name: "A", chest: "nowhere" }, ["chest"], /no such treasure chest/],
])("%j is refused", async (variable, path, message) => {
  await using app = await openTestApp();
  const { proj } = await builtProject(app);
  await chest(app);

  const { errors } = await start(app, proj.name, [variable]);

  expect(errors![0]!.message).toMatch(message);
  // Scalars are checked before the resolver, where the server adds the path.
  expect([undefined, ["input", "env", 0, ...path]]).toContainEqual(errors![0]!.extensions.path);
});

test("the same variable twice is refused", async () => {
  await using app = await openTestApp();
  const { proj } = await builtProject(app);
  const twice = { name: "A", value: "x" };

  const [error] = (await start(app, proj.name, [twice, twice])).errors!;

  expect(error!.extensions).toMatchObject({ code: "BAD_USER_INPUT", path: ["input", "env", 1, "name"] });
});

test("a project's variables come beside those of the request, which win", async () => {
  await using app = await openTestApp();
  const { proj } = await builtProject(app);
  await chest(app);
  const env = [
    { name: "STAGE", value: "test" },
    { name: "API_KEY", chest: "keys" },
  ];
  await app.seed.mutate("updateProject", "UpdateProjectInput", { name: proj.name, trainingDefaults: { env } });

  const { data } = await start(app, proj.name, [{ name: "STAGE", value: "production" }]);

  expect(data.startTraining.env).toEqual([
    { name: "API_KEY", value: null, chest: "keys", key: "PASSWORD" },
    { name: "STAGE", value: "production", chest: null, key: null },
  ]);
});

test("other variables of a deployment make the next revision, and so does a chest's new secret", async () => {
  await using app = await openTestApp();
  const { proj } = await builtProject(app);
  await chest(app);
  const input = { proj: proj.name, name: "iris", tag: "latest", notebook: "serve.ipynb", replicas: 0 };
  const env = [{ name: "API_KEY", chest: "keys" }];
  const deploy = async (more: object) => (await app.execute(DEPLOY, { input: { ...input, ...more } })).data.deploy;

  expect(await deploy({})).toMatchObject({ revision: 1, env: null });
  expect(await deploy({ env })).toMatchObject({ revision: 2 });
  expect(await deploy({ env })).toMatchObject({ revision: 2 });
  expect(await deploy({})).toMatchObject({ revision: 2, env: [{ name: "API_KEY", chest: "keys" }] });
  await app.seed.mutate("updateTreasureChest", "UpdateTreasureChestInput", {
    name: "keys",
    username: "flora",
    password: "another one",
  });
  expect(await deploy({ env })).toMatchObject({ revision: 3 });
  expect(await deploy({ env: null })).toMatchObject({ revision: 4, env: null });
});
