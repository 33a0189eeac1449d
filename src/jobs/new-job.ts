import { isDuplicateKey } from "../store/duplicate-key.js";
import type { Store } from "../store/store.js";
import type { Job } from "./job.js";

/** The fields that the maker of a job gives; the rest is where every job begins. */
export type JobWish = Pick<Job, "_id" | "kind" | "proj" | "spec" | "desired"> &
  Partial<Pick<Job, "slots" | "max_attempts">>;

/**
 * Makes the job of a record, due at once. `_id` is the record's, so that making it twice makes one: a repeated call
 * changes nothing.
 */
export async function makeJob(store: Pick<Store, "jobs" | "now">, wish: JobWish): Promise<void> {
  const now = await store.now();
  const job: Job = {
    slots: [],
    max_attempts: 3,
    ...wish,
    state: "QUEUED",
    epoch: 0,
    lease: { owner: null, until: new Date(0) },
    attempt: 0,
    deadlines: { start: null, run: null },
    next_reconcile_at: now,
    progress: 0,
    error: null,
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
