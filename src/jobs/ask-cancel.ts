import type { Store } from "../store/store.js";
import { UNDER_WAY } from "./job.js";

/** Carries the wish to a job that has not ended, and makes it due. Repeatable; one that ended stays as it is. */
export async function askCancel(store: Pick<Store, "jobs" | "now">, job: string): Promise<void> {
  await store.jobs.updateOne(
    { _id: job, state: { $in: [...UNDER_WAY] }, desired: "RUN" },
    { $set: { desired: "CANCEL", next_reconcile_at: await store.now() } },
  );
}
