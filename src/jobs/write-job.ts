import type { mongo } from "mongoose";
import { isDuplicateKey } from "../store/store-errors.js";
import type { Store } from "../store/store.js";
import { type Job, UNDER_WAY } from "./job.js";

/** The fields of a new job that differ from job to job. */
export type NewJob = Pick<Job, "_id" | "kind" | "proj" | "spec" | "desired"> &
  Partial<Pick<Job, "slots" | "max_attempts">>;

/**
 * Inserts the job of a record, due at once. The job has the `_id` of the record, so that a repeated call changes
 * nothing.
 */
export async function createJob(store: Pick<Store, "jobs" | "now">, fields: NewJob): Promise<void> {
  const now = await store.now();
  const job: Job = {
    slots: [],
    max_attempts: 3,
    ...fields,
    state: "QUEUED",
    epoch: 0,
    lease: { owner: null, until: new Date(0) },
    attempt: 0,
    deadlines: { run: null },
    next_reconcile_at: now,
    progress: 0,
    error: null,
    reason: null,
    log_bytes: 0,
    log_seq: 0,
    cleanup: "PENDING",
    created_at: now,
    updated_at: now,
  };
  try {
    await store.jobs.insertOne(job);
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}

/** Makes a job due at once, unless it is cleaned up. */
export const wakeJob = (store: Pick<Store, "jobs" | "now">, job: string): Promise<void> =>
  wakeJobs(store, { _id: job });

/** Makes jobs due at once, but for those that are cleaned up. */
export async function wakeJobs(store: Pick<Store, "jobs" | "now">, which: mongo.Filter<Job>): Promise<void> {
  const due = { $set: { next_reconcile_at: await store.now() } };
  await store.jobs.updateMany({ ...which, cleanup: "PENDING" }, due);
}

/** Requests the cancellation of a job, and makes it due, unless it has ended. */
export async function requestCancel(store: Pick<Store, "jobs" | "now">, job: string): Promise<void> {
  await store.jobs.updateOne(
    { _id: job, state: { $in: [...UNDER_WAY] }, desired: "RUN" },
    { $set: { desired: "CANCEL", next_reconcile_at: await store.now() } },
  );
}
