import { expect, test } from "vitest";
import { builtProject } from "./support/built-project.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";
import { PlayedContainer } from "./support/played-container.js";

const BY_NAME = `query ($model: String!, $name: String!) { modelVersion(model: $model, name: $name) { id name aliases } }`;
const UPDATE = `mutation ($input: UpdateModelVersionInput!) { updateModelVersion(input: $input) { name aliases details } }`;
const DEPLOY = `mutation ($input: DeployInput!) { deploy(input: $input) { revision movers { name alias status } } }`;
const START = `mutation ($input: StartTrainingInput!) { startTraining(input: $input) { id pretrained { name alias } } }`;
const PUBLISH = `mutation ($input: PublishModelVersionInput!) { publishModelVersion(input: $input) { pretrained { name alias } } }`;

const update = (app: TestApp, input: object) => app.execute(UPDATE, { input });
const named = async (app: TestApp, model: string, name: string) =>
  (await app.execute(BY_NAME, { model, name })).data.modelVersion;

/** Two versions of the only model of a built project; the first is called `production`, too. */
async function twoVersions(app: TestApp) {
  const { proj, model } = await builtProject(app);
  await app.seed.modelVersion({ model: model.name, name: "v1" });
  await app.seed.modelVersion({ model: model.name, name: "v2" });
  await update(app, { model: model.name, name: "v1", aliases: ["production"] });
  return { proj: proj.name, model: model.name, production: { model: model.name, name: "production" } };
}

const containerOf = async (app: TestApp, job: () => string | undefined) => {
  await expect.poll(() => app.runtime.running(job() ?? "").length, { timeout: 10_000 }).toBe(1);
  return PlayedContainer.of(app.runtime.running(job()!)[0]!);
};

test("a version is found by an alias, and only among those of its model", async () => {
  await using app = await openTestApp();
  const { model } = await twoVersions(app);
  const { name: other } = await app.seed.model();

  expect(await named(app, model, "production")).toMatchObject({ name: "v1" });
  expect(await named(app, other, "production")).toBeNull();
  expect(await named(app, "nowhere", "production")).toBeNull();
});

test("versions by name and by alias, however many, are four finds in all", async () => {
  await using app = await openTestApp();
  const { model } = await twoVersions(app);
  await update(app, { model, name: "v2", aliases: ["next"] });
  const one = (name: string) => `modelVersion(model: "${model}", name: "${name}") { name }`;

  const { data, commands } = await app.watched(
    `{ a: ${one("production")} b: ${one("next")} c: ${one("v1")} d: ${one("none")} }`,
  );

  expect(data).toEqual({ a: { name: "v1" }, b: { name: "v2" }, c: { name: "v1" }, d: null });
  expect(commands).toHaveLength(4);
});

test("a deployment by alias says which version and which alias, and goes on when the alias moves", async () => {
  await using app = await openTestApp();
  const { proj, model, production } = await twoVersions(app);
  const input = { proj, name: "api", tag: "latest", notebook: "predict.ipynb", replicas: 0 };
  const { data } = await app.execute(DEPLOY, { input: { ...input, movers: [production] } });
  await update(app, { model, name: "v2", aliases: ["production"] });

  const scaled = await app.execute(DEPLOY, { input: { proj, name: "api", replicas: 0 } });
  const again = await app.execute(DEPLOY, { input: { proj, name: "api", movers: [production] } });

  const first = { name: "v1", alias: "production", status: "IDENTICAL" };
  expect(data.deploy).toEqual({ revision: 1, movers: [first] });
  expect(scaled.data.deploy).toEqual({ revision: 1, movers: [first] });
  expect(again.data.deploy).toEqual({ revision: 2, movers: [{ ...first, name: "v2" }] });
});

test("one version by its name and by its alias is mounted twice, and refused", async () => {
  await using app = await openTestApp();
  const { proj, model, production } = await twoVersions(app);

  const pretrained = [{ model, name: "v1" }, production];
  const { errors } = await app.execute(START, { input: { proj, notebook: "train.ipynb", pretrained } });

  expect(errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT", path: ["input", "pretrained", 1] } }]);
});

test("a training starts from an alias, and publishes with it as what it started from", async () => {
  await using app = await openTestApp();
  const { proj, model, production } = await twoVersions(app);
  const { data } = await app.execute(START, {
    input: { proj, notebook: "train.ipynb", pretrained: [production, { model, name: "v2" }] },
  });
  const container = await containerOf(app, () => data.startTraining.id);
  const { body } = await container.claim();

  await container.post("/publish", { name: "v3", pretrained: production, files: [] });

  expect(data.startTraining.pretrained).toEqual([
    { name: "v1", alias: "production" },
    { name: "v2", alias: null },
  ]);
  expect(body.versions).toMatchObject([
    { name: "v1", alias: "production" },
    { name: "v2", alias: null },
  ]);
  const { data: read } = await app.execute(
    `{ modelVersion(model: "${model}", name: "v3") { pretrained { name alias } } }`,
  );
  expect(read.modelVersion.pretrained).toEqual({ name: "v1", alias: "production" });
});

test("a person publishes a version that was trained from an alias", async () => {
  await using app = await openTestApp();
  const { model, production } = await twoVersions(app);

  const { data } = await app.execute(PUBLISH, { input: { model, name: "v3", pretrained: production } });

  expect(data.publishModelVersion.pretrained).toEqual({ name: "v1", alias: "production" });
});

test("a deployment without versions fetches by an alias, and learns which version it is", async () => {
  await using app = await openTestApp();
  const { proj, model } = await twoVersions(app);
  await app.execute(DEPLOY, { input: { proj, name: "api", tag: "latest", notebook: "predict.ipynb", replicas: 1 } });
  const revision = (await app.app.store.deployments.findOne({ name: "api" }).lean())!.revision_id;
  const container = await containerOf(app, () => revision);
  await container.claim();

  const told = await (await container.send("GET", `/lazy/${model}/production`)).json();

  expect(told).toMatchObject({ model, name: "v1", alias: "production", folder: `${model}.v1` });
});

test("a gateway finds a version by an alias in its key", async () => {
  await using app = await openTestApp();
  const { model } = await twoVersions(app);

  const { data } = await app.execute(
    `query ($r: [_Any!]!) { _entities(representations: $r) { ... on ModelVersion { name } } }`,
    {
      r: [{ __typename: "ModelVersion", model: { name: model }, name: "production" }],
    },
  );

  expect(data._entities).toEqual([{ name: "v1" }]);
});

test("an alias that is another version's name is refused, naming it", async () => {
  await using app = await openTestApp();
  const { model } = await twoVersions(app);

  const { errors } = await update(app, { model, name: "v1", aliases: ["production", "v2"] });

  expect(errors).toMatchObject([{ extensions: { code: "ALREADY_EXISTS", path: ["input", "aliases", 1] } }]);
  expect(errors?.[0]?.message).toContain('"v2"');
  expect(await named(app, model, "v2")).toMatchObject({ name: "v2" });
});

test("a version whose name is an alias is refused before its files come, naming the version", async () => {
  await using app = await openTestApp();
  const { model } = await twoVersions(app);

  const { errors } = await app.execute(PUBLISH, { input: { model, name: "production" } });

  expect(errors).toMatchObject([{ extensions: { code: "ALREADY_EXISTS", path: ["input", "name"] } }]);
  expect(errors?.[0]?.message).toContain('"v1"');
});

test("a version is changed by an alias", async () => {
  await using app = await openTestApp();
  const { model } = await twoVersions(app);

  const { data } = await update(app, { model, name: "production", details: { checked: true } });

  expect(data.updateModelVersion).toEqual({ name: "v1", aliases: ["production"], details: { checked: true } });
});

test("a version that is published again keeps its aliases, but for one that another version has got", async () => {
  await using app = await openTestApp();
  const { model } = await twoVersions(app);
  await update(app, { model, name: "v1", aliases: ["production", "best"] });
  const { id } = await app.seed.modelVersion({ model, name: "v1", files: [{ name: "clf.pkl", text: "new" }] });
  await update(app, { model, name: "v2", aliases: ["best"] });
  const { id: last } = await app.seed.modelVersion({ model, name: "v1", files: [{ name: "clf.pkl", text: "newer" }] });

  expect(await named(app, model, "production")).toEqual({ id: last, name: "v1", aliases: ["production"] });
  expect(await named(app, model, "best")).toMatchObject({ name: "v2" });
  const { data } = await app.execute(`{ node(id: "${id}") { ... on ModelVersion { superseded aliases } } }`);
  expect(data.node).toEqual({ superseded: true, aliases: [] });
});
