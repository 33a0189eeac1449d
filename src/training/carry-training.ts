import type { App } from "../app.js";
import { START_MS } from "../attempt/attempt-state.js";
import { nextAttempt, startContainer } from "../attempt/run-attempt.js";
import { scratchExcess } from "../attempt/scratch-limit.js";
import type { Hold } from "../jobs/hold.js";
import type { Carrier, Next } from "../jobs/turn.js";
import { byId } from "../store/current.js";
import { nextTrainingStep, type ObservedTraining, type TrainingStep } from "./next-training-step.js";
import type { Training } from "./training.js";

const LOOK_MS = 2_000;
const SOON: Next = { again: 0 };
const HOUR_MS = 3_600_000;

/** Runs a training: one container an attempt, watched until its result is stored. Only then may the container go. */
export const carryTraining: Carrier = async (app, hold) => {
  const [training] = await byId(app.store.trainings, [hold.job._id]);
  if (!training) return cancel(app, hold);
  const seen = await look(app, hold, training);
  return carryOut(app, hold, training, nextTrainingStep(hold.job, seen), seen.now);
};

async function look(app: App, hold: Hold, { resources }: Training): Promise<ObservedTraining> {
  if (!resources) throw new Error(`${hold.job._id} has no resources.`);
  const slot = hold.job.slots[0];
  const name = slot?.container;
  // The result of the notebook is stored: the engine has nothing to add.
  const container =
    name && !slot.completed
      ? ((await app.runtime.observe(hold.job._id)).find((each) => each.name === name) ?? null)
      : null;
  const running = container?.state === "RUNNING";
  // It may have reported its result between our last look at the job and the end that was seen: the report counts.
  if (!running) await hold.write({});
  return {
    now: await app.store.now(),
    container,
    lastOutput: container?.state === "EXITED" ? await app.runtime.lastOutput(container.name) : "",
    overLimit: running ? await scratchExcess(app, container.name, resources) : null,
    listeningForMs: process.uptime() * 1000,
    resources,
  };
}

async function carryOut(app: App, hold: Hold, training: Training, step: TrainingStep, now: Date): Promise<Next> {
  switch (step.do) {
    case "INTEND":
      return intend(app, hold, step.reason, now);
    case "RUN":
      return run(app, hold, training);
    case "BEGIN":
      await hold.write({ $set: { state: "RUNNING" } });
      return { again: LOOK_MS };
    case "WAIT":
      return { again: LOOK_MS };
    case "END":
      return hold.end(step.state, step.error);
    case "CANCEL":
      return cancel(app, hold);
  }
}

/** The attempt before it is confirmed gone first: never do two of them run at a time. */
async function intend(app: App, hold: Hold, reason: string | null, now: Date): Promise<Next> {
  await confirmGone(app, hold);
  const { set, only } = nextAttempt(app.vault, hold.job, 0, now);
  const run = hold.job.deadlines.run ?? new Date(now.getTime() + app.settings.ROCAS_TRAIN_HOURS * HOUR_MS);
  const deadlines = { start: new Date(now.getTime() + START_MS), run };
  await hold.write({ $set: { state: "STARTING", "slots.0.last_error": reason, deadlines, ...set } }, only);
  return SOON;
}

async function run(app: App, hold: Hold, { resources }: Training): Promise<Next> {
  if (!resources) throw new Error(`${hold.job._id} has no resources.`);
  const refused = await startContainer(app, hold.job, 0, resources);
  return refused === null ? { again: LOOK_MS } : hold.end("FAILED", refused);
}

async function cancel(app: App, hold: Hold): Promise<Next> {
  await confirmGone(app, hold);
  return hold.end("CANCELLED");
}

async function confirmGone({ runtime }: App, { job, signal }: Hold): Promise<void> {
  const { container, attempt } = job.slots[0] ?? { container: null, attempt: 0 };
  const seen = await runtime.observe(job._id);
  signal.throwIfAborted();
  // A later attempt than the one that we know of belongs to whoever holds the job then.
  const ours = seen.filter((each) => each.attempt <= attempt).map(({ name }) => name);
  for (const name of new Set(container ? [...ours, container] : ours)) await runtime.stop(name);
}
