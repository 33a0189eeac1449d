import type { mongo } from "mongoose";
import type { App } from "../app.js";
import { sweepLogs } from "../jobs/sweep-logs.js";
import type { Store } from "../store/store.js";
import { DAY_MS } from "../units.js";

/** Removes logs, jobs and events older than the settings say. Repeatable. */
export async function sweepHistory({ store, settings }: Pick<App, "store" | "settings">): Promise<void> {
  const now = (await store.now()).getTime();
  const since = (days: number): Date => new Date(now - days * DAY_MS);
  const { ROCAS_KEEP_LOGS_DAYS: logs, ROCAS_KEEP_JOBS_DAYS: jobs, ROCAS_KEEP_EVENTS_DAYS: events } = settings;
  if (logs > 0) await sweepLogs(store, since(logs));
  if (jobs > 0) await sweepJobs(store, since(jobs));
  if (events > 0) await sweepEvents(store, since(events));
}

const JOB_BATCH = 500;

/** Removes the jobs that ended before then. Their results are in the records. */
const sweepJobs = ({ jobs }: Pick<Store, "jobs">, before: Date): Promise<void> =>
  removeInBatches(jobs, { cleanup: "DONE", updated_at: { $lt: before } }, { cleanup: 1, updated_at: 1 }, JOB_BATCH);

const EVENT_BATCH = 1_000;

/** Removes the events of changes before then. */
const sweepEvents = ({ events }: Pick<Store, "events">, before: Date): Promise<void> =>
  removeInBatches(events, { at: { $lt: before } }, { at: 1 }, EVENT_BATCH);

/** The limit of one sweep. The next one goes on. */
const MAX_BATCHES = 20;

/**
 * Removes the documents that match, in the order of an index and in batches, so that no command takes long. Several
 * processes may do so: each removal checks the condition again.
 */
async function removeInBatches<T extends { _id: string }>(
  records: mongo.Collection<T>,
  old: mongo.Filter<T>,
  order: mongo.Sort,
  batch: number,
): Promise<void> {
  for (let batches = 0; batches < MAX_BATCHES; batches += 1) {
    const found = await records
      .find(old, { projection: { _id: 1 } })
      .sort(order)
      .limit(batch)
      .toArray();
    if (found.length > 0)
      await records.deleteMany({ ...old, _id: { $in: found.map(({ _id }) => _id) } } as mongo.Filter<T>);
    if (found.length < batch) return;
  }
}
