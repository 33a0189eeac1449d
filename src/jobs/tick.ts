import { mongo } from "mongoose";
import type { App } from "../app.js";
import { DomainError } from "../errors.js";
import { isDiskFull, isMachineFault } from "../machine-faults.js";
import { EngineRefusal } from "../runtime/engine-refusal.js";
import { MINUTE_MS } from "../units.js";
import type { HeldLease } from "./held-lease.js";
import { ENDED, type Job } from "./job.js";
import { type Lease, LeaseLost } from "./lease.js";
import { wakeWaiting } from "./take-turn.js";
import { writeTask } from "./write-task.js";

/** The delay until the next tick, or ENDED after `lease.end`. */
export type TickResult = { readonly requeueAfterMs: number } | "ENDED";

/** Reconciles a job by one tick. All of it must be repeatable: the last tick may have stopped anywhere. */
export type Worker = (app: App, lease: Lease) => Promise<TickResult>;

export interface WorkerSet {
  readonly workers: Readonly<Record<Job["kind"], Worker>>;
}

/** The time of three heartbeats. */
const MAX_SILENCE_MS = 30_000;
/** The delay while the engine or the disk fails. */
const OUTAGE_DELAY_MS = 3_000;
const MAX_BACKOFF_MS = MINUTE_MS;
/** A job fails after so many faults of the server in a row. */
const MAX_FAULTS = 6;

/** Runs one tick. Returns the milliseconds until the next, or null if none follows. @throws the error of the worker */
export async function tick(app: App, { workers }: WorkerSet, lease: HeldLease): Promise<number | null> {
  if (ENDED.includes(lease.job.state)) return cleanUp(app, lease);
  const neverStarted = lease.job.state === "QUEUED" && lease.job.desired === "CANCEL";
  // A container may be of an earlier process.
  if (lease.job.slots.some(({ token_hash }) => token_hash !== null)) app.runListenerDemand.raise();
  const next = neverStarted ? await lease.end("CANCELLED") : await workers[lease.job.kind](app, lease);
  // What has not claimed its attempt may be unable to.
  await holdUp(lease, isUnclaimed(lease.job) ? app.runListenerDemand.trouble : null);
  await writeTask(app, lease.job);
  return next === "ENDED" ? 0 : next.requeueAfterMs;
}

const isUnclaimed = ({ slots }: Job): boolean =>
  slots.some(({ token_hash, claimed_at }) => token_hash !== null && claimed_at === null);

/** Writes what holds the job up, if that has changed. */
async function holdUp(lease: HeldLease, reason: string | null): Promise<void> {
  const { job } = lease;
  if (ENDED.includes(job.state) || (job.reason ?? null) === reason) return;
  await lease.write({ $set: { reason, reason_since: reason === null ? null : new Date() } });
}

/** Removes the containers and volumes of an ended job. */
async function cleanUp(app: App, lease: HeldLease): Promise<null> {
  const { job } = lease;
  await writeTask(app, job);
  // Before it is cleaned: a crash in between repeats it.
  await wakeWaiting(app, job.kind);
  if (job.kind !== "BUILD") {
    const observed = (await app.runtime.observe(job._id)).map(({ name }) => name);
    // By the recorded names too: volumes may outlive their container.
    const recorded = job.slots.flatMap(({ container }) => container ?? []);
    await Promise.all([...new Set([...observed, ...recorded])].map((name) => app.runtime.stop(name)));
  }
  await lease.markCleaned();
  return null;
}

/** True if a container of the job sends heartbeats. */
export const hasHeartbeat = ({ slots }: Job, now: Date): boolean =>
  slots.some(({ claimed_at, heartbeat_at }) => {
    const lastSign = claimed_at && (heartbeat_at ?? claimed_at);
    return lastSign !== null && now.getTime() - lastSign.getTime() < MAX_SILENCE_MS;
  });

/** True if the engine is away: it does not answer, or its machine lacks something. */
export const isAway = (error: unknown): boolean => error instanceof DomainError && error.code === "RUNTIME_UNAVAILABLE";

/** True unless the engine, store or disk failed or the lease was lost. */
export const isOurFault = (error: unknown, lease: HeldLease): boolean =>
  !(
    isAway(error) ||
    isDiskFull(error) ||
    isMachineFault(error) ||
    error instanceof LeaseLost ||
    error instanceof mongo.MongoError ||
    lease.signal.aborted
  );

/**
 * Returns the milliseconds until the next tick after one that threw.
 * @param faults the number of ticks of the job in a row that failed through a fault of the server.
 */
export async function delayAfterFailure(app: App, lease: HeldLease, error: unknown, faults: number): Promise<number> {
  const { _id: job, kind, state } = lease.job;
  if (error instanceof LeaseLost || lease.signal.aborted) return 0;
  if (isAway(error)) {
    const reason = (error as Error).message;
    app.logger.warn({ event: "engine_away", job, reason });
    await tellReason(app, lease, reason);
    return OUTAGE_DELAY_MS;
  }
  if (isDiskFull(error) || isMachineFault(error)) {
    app.logger.warn({ event: "machine_fails", job, err: error });
    return OUTAGE_DELAY_MS;
  }
  app.logger.error({ event: "turn_failed", job, kind, faults, err: error });
  // A deployment is tried forever; builds and trainings fail after some tries.
  if (
    faults >= MAX_FAULTS &&
    kind !== "DEPLOY" &&
    !ENDED.includes(state) &&
    !hasHeartbeat(lease.job, await app.store.now())
  ) {
    await lease.end("FAILED", reasonOf(error, faults));
    await writeTask(app, lease.job);
    return 0;
  }
  return Math.min(MAX_BACKOFF_MS, 2 ** faults * 500);
}

/** Puts what holds the job up where users see it. */
async function tellReason(app: App, lease: HeldLease, reason: string): Promise<void> {
  await holdUp(lease, reason);
  if (!ENDED.includes(lease.job.state)) await writeTask(app, lease.job);
}

/** What an engine refuses is about the container that was asked for. Other errors may tell of more than a user may see. */
const reasonOf = (error: unknown, faults: number): string =>
  error instanceof EngineRefusal
    ? `The container engine refused it ${faults} times in a row: ${error.message}`
    : `It failed on our side ${faults} times in a row; the log of the server has the reason.`;
