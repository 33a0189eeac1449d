import type { Store } from "../store/store.js";

const BATCH = 500;
/** Of one sweep; the next one goes on. */
const MOST_BATCHES = 20;

/** Removes the jobs that ended before then, once their containers are gone. What they came to stands in their records. */
export async function sweepJobs({ jobs }: Pick<Store, "jobs">, before: Date): Promise<void> {
  for (let batches = 0; batches < MOST_BATCHES; batches += 1) {
    const old = await jobs
      .find({ cleanup: "DONE", updated_at: { $lt: before } }, { projection: { _id: 1 } })
      .sort({ cleanup: 1, updated_at: 1 })
      .limit(BATCH)
      .toArray();
    if (old.length > 0)
      await jobs.deleteMany({ _id: { $in: old.map(({ _id }) => _id) }, cleanup: "DONE", updated_at: { $lt: before } });
    if (old.length < BATCH) return;
  }
}
