import { mongo } from "mongoose";
import type { App } from "../app.js";
import { DomainError } from "../errors.js";
import { isDiskFull, isMachineFault } from "../machine-faults.js";
import { ENDED, type Job } from "./job.js";
import { type HeldLease, type Lease, LeaseLost } from "./lease.js";
import { writeTask } from "./write-task.js";

/** The milliseconds until the next look at the job, or that it has ended (`hold.end`). */
export type TickResult = { readonly requeueAfterMs: number } | "ENDED";

/** Carries a job on by one turn, short or long. Everything in it is repeatable: the turn before may have died anywhere. */
export type Worker = (app: App, hold: Lease) => Promise<TickResult>;

export interface WorkerSet {
  readonly workers: Readonly<Record<Job["kind"], Worker>>;
}

/** Three heartbeats. */
const HEARTBEAT_MS = 30_000;
/** While the engine does not answer, or the disk is full or fails. */
const AWAY_MS = 3_000;
const MAX_BACKOFF_MS = 60_000;
/** Turns in a row of one job that failed through our fault before it is given up. */
const MAX_FAULTS = 6;

/** One turn of a job that is held. Gives the milliseconds until the next, or null if none follows. @throws what the carrier throws */
export async function tick(app: App, { workers: workers }: WorkerSet, lease: HeldLease): Promise<number | null> {
  if (ENDED.includes(lease.job.state)) return cleanUp(app, lease);
  const unstarted = lease.job.state === "QUEUED" && lease.job.desired === "CANCEL";
  const next = unstarted ? await lease.end("CANCELLED") : await workers[lease.job.kind](app, lease);
  await writeTask(app, lease.job);
  return next === "ENDED" ? 0 : next.requeueAfterMs;
}

/** The result is stored: only now the containers go, with their volumes. */
async function cleanUp(app: App, lease: HeldLease): Promise<null> {
  const { job } = lease;
  await writeTask(app, job);
  if (job.kind !== "BUILD") {
    const seen = (await app.runtime.observe(job._id)).map(({ name }) => name);
    // By the recorded names too: a container may be gone, and its volumes not.
    const recorded = job.slots.flatMap(({ container }) => container ?? []);
    await Promise.all([...new Set([...seen, ...recorded])].map((name) => app.runtime.stop(name)));
  }
  await lease.markCleaned();
  return null;
}

/** True if a container of the job is at work: it has claimed its attempt and is heard. */
export const hasHeartbeat = ({ slots }: Job, now: Date): boolean =>
  slots.some(({ claimed_at, heartbeat_at }) => {
    const heard = claimed_at && (heartbeat_at ?? claimed_at);
    return heard !== null && now.getTime() - heard.getTime() < HEARTBEAT_MS;
  });

const isAway = (error: unknown): boolean => error instanceof DomainError && error.code === "RUNTIME_UNAVAILABLE";

/** True if a turn threw for a reason that a repeat will hardly cure: neither the engine, the store nor the disk was away, nor the lease lost. */
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
 * Returns the milliseconds until the next turn after one that threw.
 * @param faults turns in a row of this job that failed here through our fault.
 */
export async function delayAfterFailure(app: App, lease: HeldLease, error: unknown, faults: number): Promise<number> {
  const { _id: job, kind, state } = lease.job;
  if (error instanceof LeaseLost || lease.signal.aborted) return 0;
  if (isAway(error)) {
    app.logger.warn({ event: "engine_away", job, reason: (error as Error).message });
    return AWAY_MS;
  }
  if (isDiskFull(error) || isMachineFault(error)) {
    app.logger.warn({ event: "machine_fails", job, err: error });
    return AWAY_MS;
  }
  app.logger.error({ event: "turn_failed", job, kind, faults, err: error });
  // A deployment is tried without end; a build or training that fails on our side says so after some tries.
  if (
    faults >= MAX_FAULTS &&
    kind !== "DEPLOY" &&
    !ENDED.includes(state) &&
    !hasHeartbeat(lease.job, await app.store.now())
  ) {
    await lease.end("FAILED", `It failed on our side ${faults} times in a row; the log of the server has the reason.`);
    await writeTask(app, lease.job);
    return 0;
  }
  return Math.min(MAX_BACKOFF_MS, 2 ** faults * 500);
}
