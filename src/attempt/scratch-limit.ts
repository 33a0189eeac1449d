import { setTimeout as pause } from "node:timers/promises";
import type { App } from "../app.js";
import type { ResourceProfile } from "../graph/resource-profile.js";
import { MINUTE_MS } from "../units.js";

export const MEASURE_EVERY_MS = 10_000;
/** The pause after two measurements of a replica that were equal. */
const STEADY_MS = MINUTE_MS;
const PATIENCE_MS = 1_000;

interface Measured {
  readonly at: number;
  readonly mb: number;
  /** True if the figure before was another. */
  readonly isChanging: boolean;
}

interface Watch {
  readonly containers: Map<string, Measured>;
  /** True if the last measurement failed. The first failure in a row is logged. */
  isFailing: boolean;
}

// Measurements per app. They are worth nothing after a restart.
const watches = new WeakMap<App, Watch>();

/**
 * Returns the disk limit that a container exceeds, in words, or null. Engines have no quota, so that the disk is measured:
 * every 10 s if `isSteady` is false or the figure changes, else each minute. If a measurement fails, the last figure
 * stands: a failed observation ends no container.
 */
export async function scratchExcess(
  app: App,
  container: string,
  { scratch_mb }: ResourceProfile,
  isSteady = false,
): Promise<string | null> {
  const watch = watches.get(app) ?? { containers: new Map<string, Measured>(), isFailing: false };
  watches.set(app, watch);
  const { containers } = watch;
  const now = performance.now();
  for (const [name, { at }] of containers) if (now - at > 10 * STEADY_MS) containers.delete(name);
  const before = containers.get(container);
  const maxAgeMs = isSteady && before && !before.isChanging ? STEADY_MS : MEASURE_EVERY_MS;
  const isFresh = before && now - before.at < maxAgeMs;
  const mb = isFresh ? before.mb : ((await measured(app, watch, container, maxAgeMs)) ?? before?.mb ?? 0);
  if (!isFresh) containers.set(container, { at: now, mb, isChanging: mb !== before?.mb });
  return mb > scratch_mb ? `it used ${mb} MiB of disk, and may use ${scratch_mb} MiB` : null;
}

/** True if the last two measurements of the container differed. */
export const isScratchChanging = (app: App, container: string): boolean =>
  watches.get(app)?.containers.get(container)?.isChanging ?? true;

async function measured(
  { runtime, logger }: App,
  watch: Watch,
  container: string,
  maxAgeMs: number,
): Promise<number | null> {
  try {
    // A measurement of a full disk takes minutes. The reconciler goes on, and the figure counts in a later tick.
    const mb = await Promise.race([
      runtime.scratchMb(container, maxAgeMs / 2),
      pause(PATIENCE_MS, null, { ref: false }),
    ]);
    if (mb === null) return null;
    watch.isFailing = false;
    return mb;
  } catch (error) {
    if (!watch.isFailing) logger.warn({ event: "scratch_unmeasured", err: error });
    watch.isFailing = true;
    return null;
  }
}
