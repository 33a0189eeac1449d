import { expect, test } from "vitest";
import { finishDeletion } from "../src/deletion/finish-deletion.js";
import { resumeDeletion, sweepTombstones } from "../src/deletion/sweep-deletions.js";
import { buildAgain, builtProject, imageId } from "./support/built-project.js";
import { announced, fetched } from "./support/exchange.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";
import type { Answer } from "./support/told.js";

type Made = Promise<{ readonly id: string }>;

/** Kinds whose records take the name of an earlier one. */
const KINDS = {
  deleteDataset: async (app: TestApp) => {
    const { name: model } = await app.seed.model();
    const names = { model, name: "iris" };
    return { names, made: (): Made => app.seed.dataset(names) };
  },
  deleteModelVersion: async (app: TestApp) => {
    const { name: model } = await app.seed.model();
    const names = { model, name: "best" };
    return { names, made: (): Made => app.seed.modelVersion(names) };
  },
  deleteBuildVersion: async (app: TestApp) => {
    const { name, id } = await app.seed.project();
    const build = () => buildAgain(app.app, { name, id }, imageId("1"), "v1");
    return { names: { proj: name, tag: "v1" }, made: async (): Made => ({ id: (await build())._id }) };
  },
};

const remove = (app: TestApp, name: string, input: object) =>
  app.execute(
    `mutation ($input: ${name[0]!.toUpperCase()}${name.slice(1)}Input!) {
      ${name}(input: $input) { id done remaining remainingIds } }`,
    { input },
  );
const idsThere = async (app: TestApp, ids: readonly string[]) =>
  (
    (await app.execute(`query ($ids: [ID!]!) { nodes(ids: $ids) { id } }`, { ids })).data.nodes as ({
      id: string;
    } | null)[]
  ).flatMap((node) => (node ? [node.id] : []));
const refusal = ({ errors }: Answer) => errors?.[0] && [errors[0].extensions["code"], errors[0].extensions["path"]];

describeEach("%s by name takes the current one alone, and says what is left", async (mutation, kind) => {
  await using app = await openTestApp();
  const { names, made } = await kind(app);
  const [one, two, three] = [await made(), await made(), await made()];

  const { data } = await remove(app, mutation, names);

  expect(data[mutation]).toEqual({ id: three.id, done: true, remaining: 2, remainingIds: [two.id, one.id] });
  expect(await idsThere(app, [one.id, two.id, three.id])).toEqual([one.id, two.id]);
  // Nothing is current under the name: whoever asks for it is told, and not given older data.
  expect(refusal(await remove(app, mutation, names))?.[0]).toBe("NOT_FOUND");
});

describeEach("%s with allGenerations takes all, also if none is current any more", async (mutation, kind) => {
  await using app = await openTestApp();
  const { names, made } = await kind(app);
  const ids = [(await made()).id, (await made()).id, (await made()).id];
  await remove(app, mutation, names);

  const { data } = await remove(app, mutation, { ...names, allGenerations: true });

  expect(data[mutation]).toEqual({ id: ids[1], done: true, remaining: 0, remainingIds: [] });
  expect(await idsThere(app, ids)).toEqual([]);
});

describeEach("%s by id takes a superseded one alone", async (mutation, kind) => {
  await using app = await openTestApp();
  const { made } = await kind(app);
  const [one, two, three] = [await made(), await made(), await made()];

  const { data } = await remove(app, mutation, { id: two.id });

  expect(data[mutation]).toEqual({ id: two.id, done: true, remaining: 2, remainingIds: [three.id, one.id] });
  expect(await idsThere(app, [one.id, two.id, three.id])).toEqual([one.id, three.id]);
});

describeEach("%s is given all names or an id of its kind, not both", async (mutation, kind) => {
  await using app = await openTestApp();
  const { names, made } = await kind(app);
  const { id } = await made();
  const [parent, own] = Object.keys(names) as [string, string];
  const other = await app.seed.model();

  const refused = async (input: object) => refusal(await remove(app, mutation, input));

  expect(await refused({})).toEqual(["BAD_USER_INPUT", ["input", parent]]);
  expect(await refused({ [parent]: "x" })).toEqual(["BAD_USER_INPUT", ["input", own]]);
  expect(await refused({ ...names, id })).toEqual(["BAD_USER_INPUT", ["input", parent]]);
  expect(await refused({ id, allGenerations: true })).toEqual(["BAD_USER_INPUT", ["input", "allGenerations"]]);
  expect(await refused({ id: other.id })).toEqual(["NOT_FOUND", ["input", "id"]]);
  expect(await idsThere(app, [id])).toEqual([id]);
});

function describeEach(
  title: string,
  body: (mutation: keyof typeof KINDS, kind: (typeof KINDS)[keyof typeof KINDS]) => Promise<void>,
): void {
  test.each(Object.entries(KINDS) as [keyof typeof KINDS, (typeof KINDS)[keyof typeof KINDS]][])(title, body);
}

test("the files of an earlier dataset are there after the current one went", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  const { id } = await app.seed.dataset({ model, name: "iris", files: [{ name: "a.csv", text: "first" }] });
  await app.seed.dataset({ model, name: "iris", files: [{ name: "a.csv", text: "second" }] });

  await remove(app, "deleteDataset", { model, name: "iris" });

  const { data } = await app.execute(
    `query ($id: ID!) { node(id: $id) { ... on Dataset { superseded download(name: "a.csv") } } }`,
    { id },
  );
  expect(data.node.superseded).toBe(true);
  expect((await fetched(app, data.node.download)).toString()).toBe("first");
});

test("a snapshot of any record of the name is DELETED after the current one went, and REPLACED by the next", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  const names = { model, name: "iris" };
  await app.seed.dataset(names);
  const { id } = await app.seed.modelVersion({ model, ds: names });
  await app.seed.dataset(names);
  const status = async () =>
    (await app.execute(`query ($id: ID!) { node(id: $id) { ... on ModelVersion { ds { status } } } }`, { id })).data
      .node.ds.status;

  await remove(app, "deleteDataset", names);
  const deleted = await status();
  await app.seed.dataset(names);

  expect([deleted, await status()]).toEqual(["DELETED", "REPLACED"]);
});

test("the place of a deleted record is not given again while earlier ones are there, a day later either", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  const names = { model, name: "iris" };
  await app.seed.dataset(names);
  const { id } = await app.seed.dataset(names);
  await remove(app, "deleteDataset", names);
  const { datasets } = app.app.store;
  await datasets.collection.updateOne({ _id: id } as object, { $set: { modified_at: new Date(0) } });
  await sweepTombstones(app.app);

  const next = await app.seed.dataset(names);

  expect(await datasets.findOne({ _id: next.id }).lean()).toMatchObject({ seq: 3 });
  await datasets.collection.updateOne({ _id: id } as object, { $set: { modified_at: new Date(0) } });
  await sweepTombstones(app.app);
  expect(await datasets.findOne({ _id: id }).lean()).toBeNull();
});

test("an earlier record whose mark a crash left out does not become current when the one after it goes", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  const names = { model, name: "iris" };
  const { id } = await app.seed.dataset(names);
  await app.seed.dataset(names);
  await app.app.store.datasets.updateOne({ _id: id }, { $set: { superseded: false } });

  await remove(app, "deleteDataset", names);

  const { data } = await app.execute(`query ($m: String!) { dataset(model: $m, name: "iris") { id } }`, { m: model });
  expect(data.dataset).toBeNull();
});

test.each([
  [false, 1],
  [true, 0],
])("a deletion that a crash cut off after its mark is finished (all: %s)", async (all, left) => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  const one = await app.seed.dataset({ model, name: "iris" });
  const two = await app.seed.dataset({ model, name: "iris" });
  const { datasets } = app.app.store;
  await datasets.updateOne({ _id: two.id }, { $set: { deleting: true, ...(all && { with_earlier: true }) } });

  await resumeDeletion(app.app, two.id);
  const again = await datasets.findOne({ _id: two.id }).lean();
  if (again && !again.deleted) await finishDeletion(app.app, again);

  expect(await idsThere(app, [one.id, two.id])).toHaveLength(left);
});

test("a deletion that is repeated by its key takes no earlier record", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  const names = { model, name: "iris" };
  const one = await app.seed.dataset(names);
  await app.seed.dataset(names);
  const input = { ...names, idempotencyKey: "once" };

  const [first, again] = [await remove(app, "deleteDataset", input), await remove(app, "deleteDataset", input)];

  expect(again.data).toEqual(first.data);
  expect(again.data.deleteDataset.remainingIds).toEqual([one.id]);
});

test("a dataset that waits for its files goes by its id", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  const current = await app.seed.dataset({ model, name: "iris" });
  const waiting = await app.seed.dataset({ model, name: "iris", files: [announced("a.csv", "never sent")] });

  const { data } = await remove(app, "deleteDataset", { id: waiting.id });

  expect(data.deleteDataset).toMatchObject({ done: true, remaining: 1 });
  expect(await idsThere(app, [current.id, waiting.id])).toEqual([current.id]);
});

test("what a deployment wants of a name stays, and the rest of the name goes", async () => {
  await using app = await openTestApp();
  const { proj, model } = await builtProject(app);
  const names = { model: model.name, name: "best" };
  const wanted = await app.seed.modelVersion(names);
  const wish = { proj: proj.name, name: "live", tag: "latest", notebook: "predict.ipynb", replicas: 0 };
  await app.seed.mutate("deploy", "DeployInput", { ...wish, movers: [names] });
  const current = await app.seed.modelVersion(names);

  const all = await remove(app, "deleteModelVersion", { ...names, allGenerations: true });
  const byId = await remove(app, "deleteModelVersion", { id: wanted.id });
  const gone = await remove(app, "deleteModelVersion", names);

  expect([all, byId].map((each) => refusal(each)?.[0])).toEqual(["IN_USE", "IN_USE"]);
  expect(gone.data.deleteModelVersion.remainingIds).toEqual([wanted.id]);
  expect(await idsThere(app, [wanted.id, current.id])).toEqual([wanted.id]);
});
