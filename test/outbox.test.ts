import { expect, test } from "vitest";
import { openTestApp, type TestApp } from "./support/open-test-app.js";

const eventsOf = async ({ app, settled }: TestApp, record: string) => {
  await settled();
  return app.store.events.find({ record }).sort({ version: 1 }).toArray();
};
const update = (app: TestApp, name: string, input: object) =>
  app.seed.mutate("updateModel", "UpdateModelInput", { name, ...input });

test("every change leaves one event, with what was before and what is after", async () => {
  await using app = await openTestApp();
  const { id, name } = await app.seed.model({ desc: "old" });
  await update(app, name, { desc: "new" });
  await app.seed.mutate("deleteModel", "DeleteModelInput", { name }, "done");

  const events = await eventsOf(app, id);

  expect(events.map(({ _id, version, action, caller }) => [_id, version, action, caller])).toEqual([
    [`${id}.1`, 1, "INSERT", "local"],
    [`${id}.2`, 2, "CHANGE", "local"],
    [`${id}.3`, 3, "CHANGE", "local"],
    [`${id}.4`, 4, "DELETE", "local"],
  ]);
  expect(events[0]!.after).toMatchObject({ name, desc: "old" });
  expect(events[1]).toMatchObject({ before: { desc: "old" }, after: { desc: "new" } });
  expect(events[2]).toMatchObject({ before: { deleting: false }, after: { deleting: true } });
});

test("an event names the fields that changed and no others", async () => {
  await using app = await openTestApp();
  const { id, name } = await app.seed.model({ desc: "old" });
  await update(app, name, { desc: "new", modelFiles: [], dataFiles: [] });

  const [, change] = await eventsOf(app, id);

  expect([change!.before, change!.after]).toEqual([{ desc: "old" }, { desc: "new" }]);
});

test("a change that changes nothing leaves no event", async () => {
  await using app = await openTestApp();
  const { id, name } = await app.seed.model({ desc: "old" });
  await update(app, name, { desc: "old" });
  await update(app, name, {});

  expect(await eventsOf(app, id)).toHaveLength(1);
});

test("of many changes at a time, relayed at the same time, none is lost and none sent twice", async () => {
  await using app = await openTestApp();
  const { id, name } = await app.seed.model();

  await Promise.all(
    Array.from({ length: 24 }, async (_, index) => {
      await update(app, name, { desc: `change ${index}` });
      await Promise.all([app.app.work.relay(id), app.app.work.relay(id)]);
    }),
  );

  const events = await eventsOf(app, id);
  expect(events.map(({ version }) => version)).toEqual(Array.from({ length: 25 }, (_, index) => index + 1));
  const changes = events.slice(1);
  expect(changes.map(({ before }) => before["desc"])).toEqual([
    null,
    ...changes.slice(0, -1).map(({ after }) => after["desc"]),
  ]);
  const { outbox, version } = (await app.app.store.models.findOne({ _id: id }).lean())!;
  expect({ outbox, version }).toEqual({ outbox: [], version: 25 });
});

test("the way of a dataset to READY is sent in order", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  const { id } = await app.seed.dataset({ model });

  const events = await eventsOf(app, id);

  expect(events.map(({ after }) => after["state"] ?? null)).toEqual(["PENDING", null, "READY"]);
  expect(events[1]!.after).toEqual({ received: ["measures.csv"] });
});

test("events of a treasure chest hold no secret", async () => {
  await using app = await openTestApp();
  const secret = { username: "canary-user", password: "canary-pass" };
  const { id } = await app.seed.mutate("createTreasureChest", "CreateTreasureChestInput", { name: "git", ...secret });
  await app.seed.mutate("updateTreasureChest", "UpdateTreasureChestInput", {
    name: "git",
    username: "canary-2",
    password: "canary-3",
  });

  const events = await eventsOf(app, id);

  expect(events.map(({ after }) => after["secret_version"])).toEqual([1, expect.any(Number)]);
  expect(JSON.stringify(events)).not.toContain("canary");
});
