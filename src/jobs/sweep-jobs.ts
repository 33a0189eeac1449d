import type { Store } from "../store/store.js";
import { removeInBatches } from "./remove-in-batches.js";

const BATCH = 500;

/** Removes the jobs that ended before then, once their containers are gone. What they came to stands in their records. */
export const sweepJobs = ({ jobs }: Pick<Store, "jobs">, before: Date): Promise<void> =>
  removeInBatches(jobs, { cleanup: "DONE", updated_at: { $lt: before } }, { cleanup: 1, updated_at: 1 }, BATCH);
