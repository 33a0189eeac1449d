import type { Store } from "../store/store.js";

/** The job is looked at as soon as somebody can. Repeatable; one that is over and cleaned up stays as it is. */
export async function makeDue(store: Pick<Store, "jobs" | "now">, job: string): Promise<void> {
  await store.jobs.updateOne({ _id: job, cleanup: "PENDING" }, { $set: { next_reconcile_at: await store.now() } });
}
