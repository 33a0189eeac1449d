import type { App } from "../app.js";
import { type BuildSpec, type ChestVersion, UNDER_WAY } from "../jobs/job.js";
import type { Lease } from "../jobs/lease.js";
import type { OutboxHandler } from "../jobs/relay.js";
import type { Worker } from "../jobs/tick.js";
import { takeTurn } from "../jobs/take-turn.js";
import { createJob } from "../jobs/write-job.js";
import { findByIds } from "../store/read-records.js";
import { isDuplicateKey } from "../store/store-errors.js";
import { HOUR_MS } from "../units.js";
import { attemptBuild, endBuild } from "./attempt-build.js";
import type { Build } from "./build.js";
import { commitBuild } from "./commit-build.js";

/** Only the end of a server costs an attempt. */
const MAX_ATTEMPTS = 10;

const chestVersion = (id: string | null | undefined, version: number | null | undefined): ChestVersion | null =>
  id && version ? { id, version } : null;

/** Makes the job of a build that was inserted. */
export const handleBuildChange: OutboxHandler<Build> = async ({ store }, build, { action }) => {
  if (action !== "INSERT" || !build.plan) return;
  const { _id, proj, tag, from, plan } = build;
  await createJob(store, {
    _id,
    kind: "BUILD",
    proj,
    desired: build.cancel ? "CANCEL" : "RUN",
    max_attempts: MAX_ATTEMPTS,
    spec: {
      kind: "BUILD",
      tag,
      from,
      location: plan.location,
      ref: build.ref ?? null,
      noCache: build.no_cache,
      dockerfile: build.dockerfile ?? null,
      target: build.target ?? null,
      args: build.build_args ?? [],
      chest: chestVersion(build.chest, plan.chest_version),
      registry_chest: chestVersion(build.registry_chest, plan.registry_chest_version),
      buildVersion: plan.build_version,
    },
  });
};

const MAX_BUILD_MS = 2 * HOUR_MS;
const QUEUE_POLL_MS = 1_000;

/** Runs a build: QUEUED behind others of its tag, RUNNING, then FINISHING, which cannot be cancelled. */
export const reconcileBuild: Worker = async (app, lease) => {
  const { _id, spec, state, desired } = lease.job;
  if (spec.kind !== "BUILD") throw new Error(`${_id} is no build.`);
  if (state !== "FINISHING") {
    const [record] = await findByIds(app.store.builds, [_id]);
    if (desired === "CANCEL" || !record) return endBuild(app, lease, "CANCELLED");
    // Checked before an attempt is counted: the build waits for an absent engine.
    await app.runtime.engine();
    const waits = state === "QUEUED" ? await begin(app, lease, spec) : null;
    if (waits !== null) return { requeueAfterMs: waits };
    if ((await attemptBuild(app, lease, spec)) === "ENDED") return "ENDED";
  }
  const { outcome } = lease.job;
  if (!outcome?.image) throw new Error(`${_id} is finishing without an image.`);
  await commitBuild(app, lease.job, spec, outcome);
  return endBuild(app, lease, "SUCCEEDED");
};

/**
 * Starts the build, or returns the milliseconds until the next tick while an earlier one of its tag is under way, or
 * others have their turn first: the builds of a tag run in the order of their requests.
 */
async function begin(app: App, lease: Lease, { tag }: BuildSpec): Promise<number | null> {
  const { store } = app;
  const { _id, proj } = lease.job;
  const earlier = await store.jobs.findOne({
    proj,
    cleanup: "PENDING",
    kind: "BUILD",
    "spec.tag": tag,
    state: { $in: [...UNDER_WAY] },
    _id: { $lt: _id },
  });
  if (earlier) return QUEUE_POLL_MS;
  const run = new Date((await store.now()).getTime() + MAX_BUILD_MS);
  try {
    return await takeTurn(app, lease, { active_key: `build:${proj}:${tag}`, deadlines: { run } });
  } catch (error) {
    if (isDuplicateKey(error)) return QUEUE_POLL_MS;
    throw error;
  }
}
