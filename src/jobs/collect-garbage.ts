import type { App } from "../app.js";
import type { ObservedContainer } from "../runtime/runtime.js";
import { ENDED, type Job } from "./job.js";

/**
 * True if a container is provably old: its job ended and the result is stored, or a later attempt exists. Attempts only
 * grow and an end is final, so this stays true. "Not the one that the job names" would not be safe.
 */
export function isProvablyOld({ slot, attempt }: Pick<ObservedContainer, "slot" | "attempt">, job: Job): boolean {
  if (ENDED.includes(job.state) && job.cleanup === "DONE") return true;
  return attempt < (job.slots[slot]?.attempt ?? 0);
}

/**
 * Removes provably old containers, and volumes whose container is gone. Those of unknown jobs are reported and never
 * removed: the store may be a restored backup.
 */
export async function collectGarbage({
  runtime,
  store,
  logger,
}: Pick<App, "runtime" | "store" | "logger">): Promise<void> {
  const containers = await runtime.observe();
  const names = new Set(containers.map(({ name }) => name));
  const seen = [...containers, ...(await runtime.attemptsWithVolumes()).filter(({ name }) => !names.has(name))];
  if (seen.length === 0) return;
  const ids = [...new Set(seen.map(({ job }) => job))];
  const jobs = new Map((await store.jobs.find({ _id: { $in: ids } }).toArray()).map((job) => [job._id, job]));
  for (const replica of seen) {
    const job = jobs.get(replica.job);
    if (!job) logger.warn({ event: "container_of_unknown_job", container: replica.name, job: replica.job });
    else if (isProvablyOld(replica, job)) {
      logger.info({ event: "old_container_removed", container: replica.name });
      await runtime.stop(replica.name);
    }
  }
}
