import type { App } from "../app.js";
import { leftoversOf } from "../attempt/attempt-state.js";
import { beginAttempt, startContainer, stopContainers } from "../attempt/begin-attempt.js";
import { lastOutput } from "../attempt/secret-env.js";
import { scratchExcess } from "../attempt/scratch-limit.js";
import type { OutboxEntry } from "../graph/stored-record.js";
import { type Job, newSlot } from "../jobs/job.js";
import type { Lease } from "../jobs/lease.js";
import type { TickResult, Worker } from "../jobs/tick.js";
import { takeTurn } from "../jobs/take-turn.js";
import { createJob } from "../jobs/write-job.js";
import { findByIds } from "../store/read-records.js";
import { SECOND_MS } from "../units.js";
import { nextTrainingStep, type ObservedTraining, type TrainingStep } from "./next-training-step.js";
import { timeoutSecondsOf } from "./training-timeout.js";
import type { Training } from "./training.js";
import { watchGpus } from "./watch-gpus.js";

/** Creates the job of a training that was started. Repeatable. A cancelled one ends without a container. */
export async function handleTrainingChange({ store }: App, training: Training, entry: OutboxEntry): Promise<void> {
  const { _id, proj, bvers, notebook, env, cancel, deleting, deleted } = training;
  // An imported training ended elsewhere. A refused one is a tombstone by now.
  if (entry.action !== "INSERT" || deleted || !bvers?.docker_id || !notebook) return;
  await createJob(store, {
    _id,
    kind: "TRAIN",
    proj,
    spec: { kind: "TRAIN", image: bvers.docker_id, notebook, env: env ?? null },
    desired: cancel || deleting ? "CANCEL" : "RUN",
    slots: [newSlot()],
    max_attempts: 3,
  });
}

const POLL_MS = 2_000;
const SOON: TickResult = { requeueAfterMs: 0 };

/** Runs a training, with one container for each attempt. The container goes only after its result is stored. */
export const reconcileTraining: Worker = async (app, lease) => {
  const [training] = await findByIds(app.store.trainings, [lease.job._id]);
  if (!training) return cancel(app, lease);
  const waits = lease.job.state === "QUEUED" ? await takeTurn(app, lease) : null;
  if (waits !== null) return { requeueAfterMs: waits };
  const observed = await observe(app, lease, training);
  if (observed.container?.state === "RUNNING") await watchGpus(app, training);
  return executeStep(app, lease, training, nextTrainingStep(lease.job, observed), observed.now);
};

async function observe(app: App, lease: Lease, { resources, timeout_seconds }: Training): Promise<ObservedTraining> {
  if (!resources) throw new Error(`${lease.job._id} has no resources.`);
  const slot = lease.job.slots[0];
  const name = slot?.container;
  // The engine is not asked once the result of the notebook is stored.
  const container =
    name && !slot.completed
      ? ((await app.runtime.observe(lease.job._id)).find((each) => each.name === name) ?? null)
      : null;
  const running = container?.state === "RUNNING";
  // Reads the job again: the container may have reported its result before it was seen to have exited.
  if (!running) await lease.write({});
  return {
    now: await app.store.now(),
    container,
    lastOutput: container?.state === "EXITED" ? await lastOutput(app, lease.job, container.name) : "",
    overLimit: running ? await scratchExcess(app, container.name, resources) : null,
    listeningForMs: process.uptime() * 1000,
    resources,
    timeoutSeconds: timeout_seconds ?? timeoutSecondsOf(app.settings),
  };
}

async function executeStep(
  app: App,
  lease: Lease,
  training: Training,
  step: TrainingStep,
  now: Date,
): Promise<TickResult> {
  switch (step.do) {
    case "INTEND":
      return intend(app, lease, training, step.reason, now);
    case "RUN":
      return run(app, lease, training);
    case "BEGIN":
      await lease.write({ $set: { state: "RUNNING" } });
      return { requeueAfterMs: POLL_MS };
    case "WAIT":
      return { requeueAfterMs: POLL_MS };
    case "END":
      return lease.end(step.state, step.error);
    case "CANCEL":
      return cancel(app, lease);
  }
}

/** The run time counts from the first attempt on. */
async function intend(
  app: App,
  lease: Lease,
  { timeout_seconds }: Training,
  reason: string | null,
  now: Date,
): Promise<TickResult> {
  const seconds = timeout_seconds ?? timeoutSecondsOf(app.settings);
  const run = lease.job.deadlines.run ?? new Date(now.getTime() + seconds * SECOND_MS);
  const also = { state: "STARTING" as const, "slots.0.last_error": reason, "deadlines.run": run };
  await beginAttempt(app, lease, 0, await leftovers(app, lease.job), now, also);
  return SOON;
}

async function run(app: App, lease: Lease, { resources }: Training): Promise<TickResult> {
  if (!resources) throw new Error(`${lease.job._id} has no resources.`);
  const refused = await startContainer(app, lease.job, 0, resources);
  return refused === null ? { requeueAfterMs: POLL_MS } : lease.end("FAILED", refused);
}

async function cancel(app: App, lease: Lease): Promise<TickResult> {
  await stopContainers(app, lease, await leftovers(app, lease.job));
  return lease.end("CANCELLED");
}

/** Returns the containers of the attempts so far. A later attempt than the known one belongs to the next lease. */
async function leftovers({ runtime }: App, { _id, slots }: Job): Promise<string[]> {
  const slot = slots[0] ?? { container: null, attempt: 0 };
  return leftoversOf(
    slot,
    (await runtime.observe(_id)).filter(({ attempt }) => attempt <= slot.attempt),
  );
}
