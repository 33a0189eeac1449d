import type { App } from "../app.js";

const HEALTH_TIMEOUT_MS = 2_000;
/** A replica that answered may miss so many checks in a row less one: a busy machine is no reason to serve from nobody. */
const MAX_MISSED = 3;

// Per app, for as long as it lives: after a restart the counting begins anew.
const missed = new WeakMap<App, Map<string, number>>();

/** True if the service answers its health check. What it answers beside the status is not read. */
async function answers(endpoint: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(HEALTH_TIMEOUT_MS);
    const answer = await fetch(new URL("/health", endpoint), { signal, redirect: "manual" });
    await answer.body?.cancel();
    return answer.status === 200;
  } catch {
    return false;
  }
}

/** True if the replica may be routed to. @param before whether it was, until now. */
export async function isHealthy(app: App, container: string, endpoint: string, before: boolean): Promise<boolean> {
  const counts = missed.get(app) ?? new Map<string, number>();
  missed.set(app, counts);
  if (await answers(endpoint)) {
    counts.delete(container);
    return true;
  }
  const count = before ? (counts.get(container) ?? 0) + 1 : MAX_MISSED;
  if (count < MAX_MISSED) counts.set(container, count);
  else counts.delete(container);
  return count < MAX_MISSED;
}
