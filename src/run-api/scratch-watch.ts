import type { App } from "../app.js";
import type { ResourceProfile } from "../graph/resource-profile.js";

const EVERY_MS = 10_000;

interface Measured {
  readonly at: number;
  readonly mb: number;
}

// Per app, for as long as it lives: what was measured is worth nothing after a restart.
const measured = new WeakMap<App, Map<string, Measured>>();

/** Why the container must be stopped, or null: the engine has no quota, so that its disk is measured every 10 s. */
export async function tooMuchScratch(
  app: App,
  container: string,
  { scratch_mb }: ResourceProfile,
): Promise<string | null> {
  const known = measured.get(app) ?? new Map<string, Measured>();
  measured.set(app, known);
  const now = performance.now();
  for (const [name, { at }] of known) if (now - at > 10 * EVERY_MS) known.delete(name);
  const before = known.get(container);
  const fresh = before && now - before.at < EVERY_MS;
  const mb = fresh ? before.mb : await app.runtime.scratchMb(container);
  if (!fresh) known.set(container, { at: now, mb });
  return mb > scratch_mb ? `it used ${mb} MiB of disk, and may use ${scratch_mb} MiB` : null;
}
