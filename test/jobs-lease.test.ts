import { expect, test } from "vitest";
import { acquireLease } from "../src/jobs/held-lease.js";
import { LeaseLost } from "../src/jobs/lease.js";
import { wakeJob } from "../src/jobs/write-job.js";
import { openJobs } from "./support/open-jobs.js";

test("a job that has a lease is given to no other process", async () => {
  await using jobs = await openJobs();
  const first = await acquireLease(jobs.store, "one", jobs.id);

  expect(await acquireLease(jobs.store, "two", jobs.id)).toBeNull();

  await first!.release(0);
});

test("of many who reach for a job at once, one gets it", async () => {
  await using jobs = await openJobs();

  const got = await Promise.all(
    Array.from({ length: 20 }, (_, at) => acquireLease(jobs.store, `worker ${at}`, jobs.id)),
  );

  expect(got.filter(Boolean)).toHaveLength(1);
  await Promise.all(got.map((lease) => lease?.release(0)));
});

test("a worker whose lease another has taken writes nothing", async () => {
  await using jobs = await openJobs();
  const stale = await acquireLease(jobs.store, "one", jobs.id);
  await jobs.expire();
  const fresh = await acquireLease(jobs.store, "two", jobs.id);

  await expect(stale!.write({ $set: { progress: 0.9 } })).rejects.toBeInstanceOf(LeaseLost);
  await expect(stale!.end("FAILED")).rejects.toBeInstanceOf(LeaseLost);

  expect(await jobs.now()).toMatchObject({ progress: 0, state: "QUEUED", epoch: 2 });
  await Promise.all([stale!.release(0), fresh!.release(0)]);
});

test("giving back a lease that another has taken leaves the other's", async () => {
  await using jobs = await openJobs();
  const stale = await acquireLease(jobs.store, "one", jobs.id);
  await jobs.expire();
  const fresh = await acquireLease(jobs.store, "two", jobs.id);

  await stale!.release(0);

  expect((await jobs.now()).lease.owner).toBe("two");
  await fresh!.release(0);
});

test("a worker that finds its lease taken when it renews it stops", async () => {
  await using jobs = await openJobs();
  const stale = await acquireLease(jobs.store, "one", jobs.id);
  await jobs.expire();
  const fresh = await acquireLease(jobs.store, "two", jobs.id);

  await stale!.renew();

  expect(stale!.signal.aborted).toBe(true);
  await Promise.all([stale!.release(0), fresh!.release(0)]);
});

test("a job that has ended is never written again", async () => {
  await using jobs = await openJobs();
  const lease = await acquireLease(jobs.store, "one", jobs.id);
  await lease!.end("SUCCEEDED");

  await expect(lease!.end("CANCELLED")).rejects.toBeInstanceOf(LeaseLost);

  expect((await jobs.now()).state).toBe("SUCCEEDED");
  await lease!.release(0);
});

test("a job that is woken during a tick is due at once after it", async () => {
  await using jobs = await openJobs();
  const lease = await acquireLease(jobs.store, "one", jobs.id);
  await wakeJob(jobs.store, jobs.id);

  expect(await lease!.release(60_000)).toBe(0);

  const again = await acquireLease(jobs.store, "one", jobs.id);
  expect(again).not.toBeNull();
  expect(await again!.release(60_000)).toBe(60_000);
});
