import type { App } from "../app.js";
import { sweepEvents } from "../jobs/sweep-events.js";
import { sweepJobs } from "../jobs/sweep-jobs.js";
import { sweepLogs } from "../jobs/sweep-logs.js";
import { DAY_MS } from "./policy-sweep.js";

/** Removes logs, jobs and events that are older than the settings say. Repeatable, by any process. */
export async function sweepHistory({ store, settings }: Pick<App, "store" | "settings">): Promise<void> {
  const now = (await store.now()).getTime();
  const since = (days: number): Date => new Date(now - days * DAY_MS);
  const { ROCAS_KEEP_LOGS_DAYS: logs, ROCAS_KEEP_JOBS_DAYS: jobs, ROCAS_KEEP_EVENTS_DAYS: events } = settings;
  if (logs > 0) await sweepLogs(store, since(logs));
  if (jobs > 0) await sweepJobs(store, since(jobs));
  if (events > 0) await sweepEvents(store, since(events));
}
