import type { Logger } from "pino";
import type { App } from "./app.js";
import { removeIntermediateImages } from "./builds/remove-intermediate-images.js";
import { removeUnneededTags } from "./builds/remove-unneeded-tags.js";
import { sweepTombstones } from "./deletion/sweep-deletions.js";
import type { Disposables } from "./disposables.js";
import { sweepFiles } from "./files/release-files.js";
import { jittered } from "./jitter.js";
import { wakeJobs } from "./jobs/write-job.js";
import { ignoreMissingEngine } from "./open-engine.js";
import type { OpenedFiles } from "./open-files.js";
import { sweepGenerations } from "./retention/sweep-generations.js";
import { sweepHistory } from "./retention/sweep-history.js";
import { sweepFileLists, sweepSnapshots } from "./retention/sweep-unneeded.js";
import { MINUTE_MS } from "./units.js";

const OFTEN_MS = MINUTE_MS;
const GENERATIONS_MS = 5 * MINUTE_MS;
/** What goes after days. */
const HISTORY_MS = 10 * MINUTE_MS;
/** The pause before a read of routes that failed is tried again. */
const REPEAT_MS = 1_000;
/** The pause between two checks of a replica that serves. */
const HEALTH_MS = 5_000;

/** Starts what runs again and again beside the jobs: removals, and the table of replicas. */
export function startSweeps(opening: Disposables, app: App, opened: OpenedFiles): void {
  const every = (pauseMs: number, task: () => Promise<void>, firstMs = pauseMs): void => {
    opening.use(repeatedly(pauseMs, task, app.logger, firstMs));
  };
  every(OFTEN_MS, () => removeUnneededTags(app).catch(ignoreMissingEngine));
  every(HISTORY_MS, () => removeIntermediateImages(app).catch(ignoreMissingEngine));
  every(HISTORY_MS, () => app.imageBuilder.prune(), 0);
  every(GENERATIONS_MS, () => sweepGenerations(app));
  every(HISTORY_MS, () => sweepHistory(app));
  every(HISTORY_MS, () => sweepTombstones(app));
  every(HISTORY_MS, () => sweepFiles(app, opened.sweepable));
  every(HISTORY_MS, () => sweepSnapshots(app));
  every(HISTORY_MS, () => sweepFileLists(app));
  every(REPEAT_MS, () => app.routes.repeat());
  every(HEALTH_MS, () => wakeSilent(app));
  every(OFTEN_MS, () => app.routes.refreshAll());
}

/** The jobs of replicas that do not answer check them at once. */
async function wakeSilent({ routes, store, work }: App): Promise<void> {
  const jobs = await routes.silentJobs();
  if (jobs.length === 0) return;
  await wakeJobs(store, { _id: { $in: [...jobs] } });
  work.lookForJobs();
}

/**
 * Runs the task again and again, with about `pauseMs` between two runs and `firstMs` before the first.
 * A failed run is logged. Disposing waits for the run under way.
 */
function repeatedly(pauseMs: number, task: () => Promise<void>, logger: Logger, firstMs: number): AsyncDisposable {
  let stopped = false;
  let timer: NodeJS.Timeout;
  const run = async (): Promise<void> => {
    await task().catch((error: unknown) => logger.warn({ event: "sweep_failed", err: error }));
    if (!stopped) plan(pauseMs);
  };
  let running: Promise<void> = Promise.resolve();
  const plan = (afterMs: number): void => {
    timer = setTimeout(() => (running = run()), jittered(afterMs));
  };
  plan(firstMs);
  return {
    async [Symbol.asyncDispose]() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
