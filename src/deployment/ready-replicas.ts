import type { App } from "../app.js";
import type { Job } from "../jobs/job.js";
import type { ObservedContainer } from "../runtime/runtime.js";
import type { ReplicaTask } from "./deployment.js";
import { revisionNumber } from "./revisions.js";

const HEALTH_TIMEOUT_MS = 2_000;
/** A replica that was ready is unready after this many failed checks in a row: a busy machine may miss one. */
const MAX_MISSED = 3;

// Failed checks by container, per app. The counts begin anew after a restart.
const missed = new WeakMap<App, Map<string, number>>();

/** True if a replica has missed its last checks, and counts as ready still. */
export const isDoubted = (app: App, containers: readonly string[]): boolean =>
  containers.some((each) => missed.get(app)?.has(each));

/** True if the service answers its health check with status 200. The body is not read. */
export async function answers(endpoint: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(HEALTH_TIMEOUT_MS);
    const answer = await fetch(new URL("/health", endpoint), { signal, redirect: "manual" });
    await answer.body?.cancel();
    return answer.status === 200;
  } catch {
    return false;
  }
}

/** True if the replica may get requests. @param wasReady if it might until now. */
async function isHealthy(app: App, container: string, endpoint: string, wasReady: boolean): Promise<boolean> {
  const counts = missed.get(app) ?? new Map<string, number>();
  missed.set(app, counts);
  if (await answers(endpoint)) {
    counts.delete(container);
    return true;
  }
  const count = wasReady ? (counts.get(container) ?? 0) + 1 : MAX_MISSED;
  if (count < MAX_MISSED) counts.set(container, count);
  else counts.delete(container);
  return count < MAX_MISSED;
}

/** Returns the slots whose replica reported that it is ready, and whose service answers. */
export async function readySlots(
  app: App,
  job: Job,
  tasks: readonly ReplicaTask[],
  containers: readonly ObservedContainer[],
): Promise<ReadonlySet<number>> {
  const revision = revisionNumber(job);
  const wasReady = (slot: number, attempt: number): boolean =>
    tasks.some((task) => task.ready && task.revision === revision && task.slot === slot && task.attempt === attempt);
  const ready = await Promise.all(
    containers.map(async ({ name, slot, state, endpoint }) => {
      const recorded = job.slots[slot];
      const reported = recorded?.container === name && recorded.token_hash !== null && recorded.ready_at !== null;
      if (!reported || state !== "RUNNING" || endpoint === null) return [];
      return (await isHealthy(app, name, endpoint, wasReady(slot, recorded.attempt))) ? [slot] : [];
    }),
  );
  return new Set(ready.flat());
}
