import { expect, test } from "vitest";
import { openTestApp, type TestApp } from "./support/open-test-app.js";
import type { Answer } from "./support/told.js";

const DELETE = {
  model: `mutation ($input: DeleteModelInput!) { deleteModel(input: $input) { id done } }`,
  project: `mutation ($input: DeleteProjectInput!) { deleteProject(input: $input) { id done } }`,
  dataset: `mutation ($input: DeleteDatasetInput!) { deleteDataset(input: $input) { id done } }`,
  version: `mutation ($input: DeleteModelVersionInput!) { deleteModelVersion(input: $input) { id done } }`,
};

const remove = (app: TestApp, kind: keyof typeof DELETE, input: object) => app.execute(DELETE[kind], { input });
const isThere = async (app: TestApp, id: string) =>
  (await app.execute(`query ($id: ID!) { node(id: $id) { id } }`, { id })).data.node !== null;
const refusal = ({ errors }: Answer) => errors?.map(({ message, extensions }) => [extensions["code"], message]);

test("a model that a project uses is refused, cascade or not, and the project is named", async () => {
  await using app = await openTestApp();
  const { name, id } = await app.seed.model();
  await app.seed.project({ name: "botanics", models: [name] });

  const answers = [await remove(app, "model", { name }), await remove(app, "model", { name, cascade: true })];

  const refused = [["IN_USE", 'It is in use by project "botanics".']];
  expect(answers.map(refusal)).toEqual([refused, refused]);
  expect(await isThere(app, id)).toBe(true);
});

test("a model that a project no longer uses goes", async () => {
  await using app = await openTestApp();
  const { name, id } = await app.seed.model();
  const project = await app.seed.project({ models: [name] });
  await app.seed.mutate("updateProject", "UpdateProjectInput", { name: project.name, models: [] });

  const { data } = await remove(app, "model", { name });

  expect(data.deleteModel).toEqual({ id, done: true });
  expect(await isThere(app, id)).toBe(false);
});

test("a model that owns datasets and versions goes only with them", async () => {
  await using app = await openTestApp();
  const { name } = await app.seed.model();
  const dataset = await app.seed.dataset({ model: name, name: "iris" });
  const superseded = await app.seed.modelVersion({ model: name, name: "best" });
  const version = await app.seed.modelVersion({ model: name, name: "best" });

  const refused = await remove(app, "model", { name });
  const gone = await remove(app, "model", { name, cascade: true });

  expect(refused.errors).toMatchObject([{ extensions: { code: "IN_USE", path: ["input", "cascade"] } }]);
  expect(refused.errors?.[0]?.message).toMatch(
    /^It owns (model version "best"; dataset "iris"|dataset "iris"; model version "best")\./,
  );
  expect(gone.data.deleteModel.done).toBe(true);
  const there = await Promise.all([dataset, superseded, version].map(({ id }) => isThere(app, id)));
  expect(there).toEqual([false, false, false]);
});

test("a dataset that waits for files keeps its model, and goes with it", async () => {
  await using app = await openTestApp();
  const { name } = await app.seed.model();
  const file = { name: "a.csv", size: 3, sha256: "a".repeat(64) };
  const { id } = await app.seed.dataset({ model: name, files: [file] });

  expect(refusal(await remove(app, "model", { name }))).toMatchObject([["IN_USE", expect.anything()]]);
  await remove(app, "model", { name, cascade: true });

  expect(await isThere(app, id)).toBe(false);
});

test("a version that another was trained from goes: the snapshot outlives it", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  await app.seed.modelVersion({ model, name: "base" });
  const { id } = await app.seed.modelVersion({ model, name: "tuned", pretrained: { model, name: "base" } });

  const { data } = await remove(app, "version", { model, name: "base" });

  expect(data.deleteModelVersion.done).toBe(true);
  const read = `query ($id: ID!) { node(id: $id) { ... on ModelVersion { pretrained { name status live { id } } } } }`;
  expect((await app.execute(read, { id })).data.node.pretrained).toEqual({
    name: "base",
    status: "DELETED",
    live: null,
  });
});

test("a dataset that is to take the place of a deleted one stays, and takes it", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  await app.seed.dataset({ model, name: "iris" });
  const file = { name: "a.csv", size: 3, sha256: "a".repeat(64) };
  const next = await app.seed.dataset({ model, name: "iris", files: [file] });

  await remove(app, "dataset", { model, name: "iris" });

  expect(await isThere(app, next.id)).toBe(true);
});

test("a deleted name can be given again, and its places are counted on", async () => {
  await using app = await openTestApp();
  const { name: model, id } = await app.seed.model();
  await app.seed.dataset({ model, name: "iris" });
  await app.seed.dataset({ model, name: "iris" });
  await remove(app, "model", { name: model, cascade: true });

  const again = await app.seed.model({ name: model });
  const dataset = await app.seed.dataset({ model, name: "iris" });

  expect(again.id).not.toBe(id);
  expect(await app.app.store.datasets.findOne({ _id: dataset.id }).lean()).toMatchObject({ seq: 3, superseded: false });
  const { data } = await app.execute(`{ models { totalCount } datasets { totalCount nodes { id } } }`);
  expect(data).toEqual({ models: { totalCount: 1 }, datasets: { totalCount: 1, nodes: [{ id: dataset.id }] } });
});

test("a deleted record is not found by id, in a list, by key or by another deletion", async () => {
  await using app = await openTestApp();
  const { name, id } = await app.seed.model();
  await remove(app, "model", { name });

  const { data } = await app.execute(
    `query ($id: ID!, $name: String!) { node(id: $id) { id } nodes(ids: [$id]) { id } model(name: $name) { id } models { nodes { id } } }`,
    { id, name },
  );

  expect(data).toEqual({ node: null, nodes: [null], model: null, models: { nodes: [] } });
  expect(refusal(await remove(app, "model", { name }))).toEqual([["NOT_FOUND", "There is no such model."]]);
});

test("what a tombstone keeps is id, key, place and idempotency keys, for a day", async () => {
  await using app = await openTestApp();
  const { name, id } = await app.seed.model({ desc: "Flowers", idempotencyKey: "once" });
  await remove(app, "model", { name });

  const tombstone = await app.app.store.models.findOne({ _id: id }).lean();

  expect(tombstone).toMatchObject({
    key: name,
    seq: 1,
    deleted: true,
    superseded: true,
    used_keys: [{ key: "local\u001fonce" }],
  });
  expect(JSON.stringify(tombstone?.outbox ?? [])).not.toContain("modelFiles");
  expect(Object.keys(tombstone!)).not.toEqual(expect.arrayContaining(["desc"]));
});

test.each([
  ["createDataset", "CreateDatasetInput"],
  ["publishModelVersion", "PublishModelVersionInput"],
])("%s under a model that is being deleted is a conflict", async (name, type) => {
  await using app = await openTestApp();
  const model = await app.seed.model();
  // As the mark lies there between the two writes of a deletion.
  await app.app.store.models.updateOne({ _id: model.id }, { $set: { deleting: true } });

  const { errors } = await app.execute(`mutation ($input: ${type}!) { ${name}(input: $input) { id } }`, {
    input: { model: model.name },
  });

  expect(errors).toMatchObject([{ extensions: { code: "CONFLICT" } }]);
});

test("of a deletion and many creates at a time nothing is left without its model", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();

  const creates = Array.from({ length: 16 }, () => app.seed.dataset({ model }).catch(() => null));
  await remove(app, "model", { name: model, cascade: true });
  await Promise.all(creates);
  await app.settled();

  expect(await isLeft(app)).toEqual([0, 0]);
});

const isLeft = async ({ app: { store } }: TestApp) =>
  Promise.all([store.models.countDocuments({ deleted: null }), store.datasets.countDocuments({ deleted: null })]);

test("a deletion that is repeated without a key does not find what it deleted, and takes nothing made since", async () => {
  await using app = await openTestApp();
  const { name } = await app.seed.model();
  const input = { name, idempotencyKey: "once" };
  const first = await remove(app, "model", input);
  const again = await app.seed.model({ name });

  expect((await remove(app, "model", input)).data).toEqual(first.data);
  expect(await isThere(app, again.id)).toBe(true);
});
