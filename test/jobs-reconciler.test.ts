import { expect, test } from "vitest";
import { DomainError } from "../src/errors.js";
import { newId } from "../src/graph/id.js";
import { type Job, newSlot } from "../src/jobs/job.js";
import type { Worker } from "../src/jobs/tick.js";
import { createJob, wakeJob } from "../src/jobs/write-job.js";
import { containerOf } from "./support/container-of.js";
import { openWork, until } from "./support/open-work.js";

async function openTrain(worker: Worker) {
  const work = await openWork({ workers: { TRAIN: worker } });
  const make = async (desired: Job["desired"] = "RUN") => {
    const _id = newId("train");
    const spec = { kind: "TRAIN", image: "", notebook: "" } as const;
    await createJob(work.store, { _id, kind: "TRAIN", proj: "p", spec, desired });
    work.app.work.lookForJobs();
    return _id;
  };
  return Object.assign(work, { make });
}

test("a job is reconciled tick by tick until it ends, and is cleaned up then", async () => {
  await using work = await openTrain(async (_, lease) => {
    if (lease.job.progress === 1) return lease.end("SUCCEEDED");
    await lease.write({ $inc: { progress: 0.5 } });
    return { requeueAfterMs: 0 };
  });
  const id = await work.make();

  await work.settled();

  expect(await work.jobOf(id)).toMatchObject({ state: "SUCCEEDED", cleanup: "DONE", lease: { owner: null } });
});

test("work that is cancelled before it began ends without a tick", async () => {
  let ticks = 0;
  await using work = await openTrain(async () => {
    ticks += 1;
    return { requeueAfterMs: 60_000 };
  });
  const id = await work.make("CANCEL");

  await work.settled();

  expect(await work.jobOf(id)).toMatchObject({ state: "CANCELLED", cleanup: "DONE" });
  expect(ticks).toBe(0);
});

test("a tick that fails on our side is tried again, and the job given up after some tries", async () => {
  let ticks = 0;
  await using work = await openTrain(async (_, lease) => {
    ticks += 1;
    if (ticks < 3) throw new Error("odd");
    return lease.end("SUCCEEDED");
  });
  const id = await work.make();

  await until(async () => (await work.jobOf(id)).cleanup === "DONE");

  expect((await work.jobOf(id)).state).toBe("SUCCEEDED");
  expect(ticks).toBe(3);
});

test("while the engine is away a job waits and never fails for it", async () => {
  let ticks = 0;
  await using work = await openTrain(async (_, lease) => {
    ticks += 1;
    if (ticks === 1) throw new DomainError("RUNTIME_UNAVAILABLE", "No engine.");
    return lease.end("SUCCEEDED");
  });
  const id = await work.make();
  await work.settled();
  const meanwhile = (await work.jobOf(id)).state;

  await until(async () => (await work.jobOf(id)).cleanup === "DONE");

  expect(meanwhile).toBe("QUEUED");
  expect((await work.jobOf(id)).state).toBe("SUCCEEDED");
});

test("a job that ends keeps its containers until the result is stored, and loses them then", async () => {
  await using work = await openTrain(async (app, lease) => {
    await app.runtime.run(containerOf(lease.job._id, 1));
    return lease.end("FAILED", "no reason");
  });
  const id = await work.make();

  await work.settled();

  expect(await work.jobOf(id)).toMatchObject({ state: "FAILED", error: "no reason", cleanup: "DONE" });
  expect(await work.runtime.observe(id)).toEqual([]);
});

test("volumes whose container is gone already go with the job, by the name that it recorded", async () => {
  await using work = await openTrain(async (app, lease) => {
    const spec = containerOf(lease.job._id, 1);
    await lease.write({ $set: { slots: [{ ...newSlot(), attempt: 1, container: spec.name }] } });
    await app.runtime.run(spec);
    work.runtime.vanish(spec.name);
    return lease.end("FAILED", "no reason");
  });
  const id = await work.make();

  await work.settled();

  expect(await work.jobOf(id)).toMatchObject({ cleanup: "DONE" });
  expect(await work.runtime.attemptsWithVolumes()).toEqual([]);
});

test("a run that sends heartbeats is not given up for ticks that fail", async () => {
  let ticks = 0;
  await using work = await openTrain(async (app, lease) => {
    ticks += 1;
    if (ticks > 8) return lease.end("SUCCEEDED");
    const now = await app.store.now();
    await lease.write({ $set: { slots: [{ ...newSlot(), attempt: 1, claimed_at: now, heartbeat_at: now }] } });
    throw new Error("The engine says something odd.");
  });
  const id = await work.make();

  // Nine ticks, of which a process begins one a second at most.
  await until(async () => {
    await wakeJob(work.store, id);
    work.app.work.lookForJobs();
    return (await work.jobOf(id)).cleanup === "DONE";
  });

  expect((await work.jobOf(id)).state).toBe("SUCCEEDED");
});

test("a process that ends gives its jobs back, and the next one goes on at once", async () => {
  await using work = await openTrain(async (_, { signal }) => {
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    signal.throwIfAborted();
    return { requeueAfterMs: 0 };
  });
  const id = await work.make();
  await until(async () => (await work.jobOf(id)).lease.owner !== null);

  await work.restart({ TRAIN: async (_, lease) => lease.end("SUCCEEDED") });
  await work.settled();

  expect((await work.jobOf(id)).state).toBe("SUCCEEDED");
});

test("two processes over one store never work on one job at the same time", async () => {
  let [now, most, ticks] = [0, 0, 0];
  const worker: Worker = async (_, lease) => {
    now += 1;
    ticks += 1;
    most = Math.max(most, now);
    await new Promise((resolve) => setTimeout(resolve, 20));
    now -= 1;
    if (lease.job.progress >= 9) return lease.end("SUCCEEDED");
    await lease.write({ $inc: { progress: 1 } });
    return { requeueAfterMs: 0 };
  };
  await using work = await openTrain(worker);
  const other = work.another({ TRAIN: worker });
  const id = await work.make();

  await until(async () => {
    await Promise.all([work.settled(), other.settled()]);
    return (await work.jobOf(id)).cleanup === "DONE";
  });
  await other.stop();

  expect({ most, ticks }).toEqual({ most: 1, ticks: 10 });
});
