import { expect, test } from "vitest";
import { attemptTag } from "../src/builds/image-names.js";
import { openWork, until } from "./support/open-work.js";

const SLOW = { Dockerfile: "FROM python:3\nLABEL rocas.onboard=1\nRUN sleep 60\n" };
const QUICK = { Dockerfile: "FROM python:3\nLABEL rocas.onboard=1\n" };

test("a build whose worker went is begun again", async () => {
  await using work = await openWork();
  await work.project();
  work.local.files = SLOW;
  const { _id } = await work.build();
  await until(async () => (await work.jobOf(_id)).outcome !== undefined);

  work.local.files = QUICK;
  await work.restart();
  await work.settled();

  expect((await work.buildOf(_id)).task).toMatchObject({ state: "FINISHED", attempt: 2 });
  expect(await work.store.buildVersions.countDocuments()).toBe(1);
});

test("an image that was finished when the worker went is taken, not built again", async () => {
  await using work = await openWork();
  await work.project();
  work.local.files = SLOW;
  const { _id } = await work.build();
  await until(async () => (await work.jobOf(_id)).outcome !== undefined);
  await work.stop();
  work.local.files = QUICK;
  const context = (await work.local.open({ location: "", ref: null, credentials: null })).stream();
  const how = { tag: attemptTag(await work.jobOf(_id), 1), noCache: false };
  const image = await work.imageBuilder.build(context, how, () => undefined);

  await work.restart();
  await work.settled();

  expect((await work.buildOf(_id)).task).toMatchObject({ state: "FINISHED", attempt: 1 });
  expect((await work.buildOf(_id)).bvers!.docker_id).toBe(image);
});

test("a build that had been committed when the worker went is not committed twice", async () => {
  await using work = await openWork();
  await work.project();
  const { _id } = await work.build();
  await work.settled();
  await work.stop();
  const crashed = { state: "FINISHING", cleanup: "PENDING", next_reconcile_at: new Date(0) } as const;
  await work.store.jobs.updateOne({ _id }, { $set: crashed });

  await work.restart();
  await work.settled();

  expect(await work.jobOf(_id)).toMatchObject({ state: "SUCCEEDED", cleanup: "DONE" });
  expect(await work.store.buildVersions.countDocuments()).toBe(1);
});

test("a build waits for an engine that went away, and counts no attempt for it", async () => {
  await using work = await openWork();
  await work.project();
  work.local.files = SLOW;
  const { _id } = await work.build();
  await until(async () => (await work.jobOf(_id)).outcome !== undefined);
  work.runtime.down = true;
  work.local.files = QUICK;
  await work.restart();
  await work.settled();
  const meanwhile = await work.jobOf(_id);

  work.runtime.down = false;
  await until(async () => (await work.buildOf(_id)).task.state === "FINISHED");

  expect(meanwhile).toMatchObject({ state: "RUNNING", attempt: 1 });
});

test("without an engine no build is recorded", async () => {
  await using work = await openWork();
  await work.project();
  work.runtime.down = true;

  await expect(work.build()).rejects.toMatchObject({ code: "RUNTIME_UNAVAILABLE" });

  expect(await work.store.builds.countDocuments()).toBe(0);
});
