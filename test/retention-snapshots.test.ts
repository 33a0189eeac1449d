import { expect, test } from "vitest";
import { sweepSnapshots } from "../src/retention/sweep-unneeded.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";

const ago = (days: number): Date => new Date(Date.now() - days * 86_400_000);

/** A version trained from another, a chain: what the third froze of the first is a pinned copy. */
async function chain(app: TestApp) {
  const { name: model } = await app.seed.model();
  const ids: string[] = [];
  for (const [name, from] of [["one"], ["two", "one"], ["three", "two"], ["four", "three"]] as const) {
    const pretrained = from === undefined ? null : { model, name: from };
    ids.push((await app.seed.modelVersion({ model, name: name!, pretrained })).id);
  }
  return { model, ids };
}
/** Looks at every copy again, as if so many days had passed. */
async function sweepAfter({ app }: TestApp, days: number): Promise<number> {
  const { snapshots } = app.store;
  await snapshots.updateMany({}, { $set: { checked_at: ago(2) } });
  await snapshots.updateMany({ unneeded_since: { $ne: null } } as object, { $set: { unneeded_since: ago(days) } });
  await sweepSnapshots(app);
  return snapshots.countDocuments();
}
const remove = (app: TestApp, id: string | undefined) =>
  app.seed.mutate("deleteModelVersion", "DeleteModelVersionInput", { id }, "id");

test("a copy that a record or another copy has pinned stays, and is read to any depth", async () => {
  await using app = await openTestApp();
  const { ids } = await chain(app);
  const [one, two, three, four] = ids;
  for (const id of [one, two, three]) await remove(app, id);

  await sweepAfter(app, 0);
  const copies = await sweepAfter(app, 400);

  const read = `query ($id: ID!) { node(id: $id) { ... on ModelVersion {
    pretrained { name pretrained { name pretrained { name } } } } } }`;
  const { data } = await app.execute(read, { id: four });
  expect(copies).toBe(2);
  expect(data.node.pretrained).toEqual({ name: "three", pretrained: { name: "two", pretrained: { name: "one" } } });
});

test("a copy that nothing pins goes when no event can hold its pin any more, one after the other", async () => {
  await using app = await openTestApp();
  const { ids } = await chain(app);
  for (const id of ids) await remove(app, id);

  const marked = await sweepAfter(app, 0);
  const young = await sweepAfter(app, 89);
  const first = await sweepAfter(app, 91);
  await sweepAfter(app, 0);
  const second = await sweepAfter(app, 91);

  expect([marked, young, first, second]).toEqual([2, 2, 1, 0]);
});

test("a copy that is pinned again stays, whenever the sweep comes", async () => {
  await using app = await openTestApp();
  const { model, ids } = await chain(app);
  await remove(app, ids[3]);
  await remove(app, ids[2]);
  await sweepAfter(app, 0);
  const sweeping = sweepAfter(app, 91);
  const { id } = await app.seed.modelVersion({ model, name: "again", pretrained: { model, name: "two" } });
  await sweeping;
  await sweepAfter(app, 91);

  const read = `query ($id: ID!) { node(id: $id) { ... on ModelVersion { pretrained { pretrained { name } } } } }`;
  expect((await app.execute(read, { id })).data.node.pretrained).toEqual({ pretrained: { name: "one" } });
});
