import { expect, test } from "vitest";
import { newId } from "../src/graph/id.js";
import { TaskState } from "../src/graph/task.js";
import { findLeftovers } from "../src/jobs/leftovers.js";
import { changeRecord } from "../src/store/change-record.js";
import { insertRecord } from "../src/store/insert-record.js";
import { openWork } from "./support/open-work.js";

test("every change of a record becomes one event, in order", async () => {
  await using work = await openWork();
  const { _id } = await work.project();
  await changeRecord(work.store.projects, _id, () => ({ desc: "flowers" }), work.by("updateProject", {}));

  await Promise.all([work.app.work.relay(_id), work.app.work.relay(_id)]);

  const events = await work.store.events.find({ record: _id }).sort({ record: 1, version: 1 }).toArray();
  expect(events.map((each) => [each._id, each.action, each.caller])).toEqual([
    [`${_id}.1`, "INSERT", "tester"],
    [`${_id}.2`, "CHANGE", "tester"],
  ]);
  expect(events[1]).toMatchObject({ before: { desc: null }, after: { desc: "flowers" }, key: "iris" });
  const { outbox, version } = await work.store.projects.findById(_id).lean().orFail();
  expect({ outbox, version }).toEqual({ outbox: [], version: 2 });
});

test("what a crash left unrelayed is found and relayed", async () => {
  await using work = await openWork();
  await work.stop();
  const { _id } = await work.project();
  expect((await findLeftovers(work.store)).unrelayed).toEqual([_id]);

  await work.restart();
  await work.settled();

  expect((await findLeftovers(work.store)).unrelayed).toEqual([]);
  expect(await work.store.events.countDocuments()).toBe(1);
});

test("a build whose mutation crashed before its relay is built all the same", async () => {
  await using work = await openWork();
  await work.project();
  const { _id, ...build } = await work.build();
  await work.settled();
  await work.stop();
  const lost = newId("build");
  const { proj, tag, from, no_cache, plan } = build;
  const task = { ...build.task, state: TaskState.WAITING };
  const fields = { _id: lost, key: lost, proj, tag, from, no_cache, task };
  await insertRecord(
    work.store.builds,
    { ...fields, plan: { ...plan!, build_version: newId("bvers") } },
    work.by("buildProject", {}),
  );

  await work.restart();
  await work.settled();

  expect((await work.buildOf(lost)).task.state).toBe("FINISHED");
});

test("relaying an insert twice makes one job", async () => {
  await using work = await openWork();
  await work.project();
  const { _id } = await work.build();
  await work.settled();
  const entry = await work.store.events.findOne({ _id: `${_id}.1` });
  await work.store.builds.collection.updateOne({ _id } as object, { $push: { outbox: entry } } as object);

  await work.app.work.relay(_id);
  await work.settled();

  expect(await work.jobOf(_id)).toMatchObject({ state: "SUCCEEDED", attempt: 1 });
  expect(await work.store.buildVersions.countDocuments()).toBe(1);
});

test("a build that was cancelled before its job was made ends without one attempt", async () => {
  await using work = await openWork();
  await work.project();
  await work.stop();
  const deaf = { ...work.app.work, relay: async () => undefined };
  const { _id } = await work.build({}, { ...work.app, work: deaf });
  await changeRecord(work.store.builds, _id, () => ({ cancel: true }), work.by("cancelBuild", {}));

  await work.restart();
  await work.settled();

  expect((await work.buildOf(_id)).task.state).toBe("CANCELLED");
  expect((await work.jobOf(_id)).attempt).toBe(0);
});
