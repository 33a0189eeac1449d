import { expect, test } from "vitest";
import { collectGarbage } from "../src/jobs/collect-garbage.js";
import { newSlot } from "../src/jobs/job.js";
import { openWork } from "./support/open-work.js";
import { containerOf } from "./support/container-of.js";
import { openJobs } from "./support/open-jobs.js";

test("only what is provably old is removed", async () => {
  await using work = await openWork();
  await using jobs = await openJobs();
  const app = { ...work.app, store: jobs.store };
  await jobs.store.jobs.updateOne({ _id: jobs.id }, { $set: { slots: [{ ...newSlot(), attempt: 2 }] } });
  for (const attempt of [1, 2, 3]) await work.runtime.run(containerOf(jobs.id, attempt));
  await work.runtime.run(containerOf("train_01arz3ndektsv4rrffq69g5fav", 1));

  await collectGarbage(app);

  const left = (await work.runtime.observe()).map(({ job, attempt }) => [job, attempt]);
  expect(left).toEqual([
    [jobs.id, 2],
    [jobs.id, 3],
    ["train_01arz3ndektsv4rrffq69g5fav", 1],
  ]);
});

test("a container of a job that ended goes only after its result is stored", async () => {
  await using work = await openWork();
  await using jobs = await openJobs();
  const app = { ...work.app, store: jobs.store };
  await work.runtime.run(containerOf(jobs.id, 1));
  await jobs.store.jobs.updateOne(
    { _id: jobs.id },
    { $set: { state: "FAILED", slots: [{ ...newSlot(), attempt: 1 }] } },
  );
  await collectGarbage(app);
  const before = (await work.runtime.observe(jobs.id)).length;

  await jobs.store.jobs.updateOne({ _id: jobs.id }, { $set: { cleanup: "DONE" } });
  await collectGarbage(app);

  expect([before, (await work.runtime.observe(jobs.id)).length]).toEqual([1, 0]);
});

test("volumes whose container is gone are taken like containers: if they are provably old", async () => {
  await using work = await openWork();
  await using jobs = await openJobs();
  const app = { ...work.app, store: jobs.store };
  await jobs.store.jobs.updateOne({ _id: jobs.id }, { $set: { slots: [{ ...newSlot(), attempt: 2 }] } });
  for (const attempt of [1, 2]) {
    await work.runtime.run(containerOf(jobs.id, attempt));
    work.runtime.vanish(containerOf(jobs.id, attempt).name);
  }
  await work.runtime.run(containerOf("train_01arz3ndektsv4rrffq69g5fav", 1));

  await collectGarbage(app);

  const left = (await work.runtime.attemptsWithVolumes()).map(({ job, attempt }) => [job, attempt]);
  expect(left).toEqual([
    [jobs.id, 2],
    ["train_01arz3ndektsv4rrffq69g5fav", 1],
  ]);
});
