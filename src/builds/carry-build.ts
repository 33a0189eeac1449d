import type { App } from "../app.js";
import { type BuildSpec, UNDER_WAY } from "../jobs/job.js";
import type { Lease } from "../jobs/lease.js";
import type { Worker } from "../jobs/tick.js";
import { byId } from "../store/current.js";
import { isDuplicateKey } from "../store/duplicate-key.js";
import { attemptBuild } from "./attempt-build.js";
import { commitBuild } from "./commit-build.js";
import { endBuild } from "./end-build.js";

const MOST_MS = 2 * 60 * 60 * 1000;
const QUEUE_MS = 1_000;

/**
 * Carries a build on: QUEUED behind others of its tag, RUNNING in the engine, FINISHING from the moment at which it can
 * no longer be cancelled. One turn goes through all of it where nothing stands in the way.
 */
export const carryBuild: Worker = async (app, lease) => {
  const { _id, spec, state, desired } = lease.job;
  if (spec.kind !== "BUILD") throw new Error(`${_id} is no build.`);
  if (state !== "FINISHING") {
    const [record] = await byId(app.store.builds, [_id]);
    if (desired === "CANCEL" || !record) return endBuild(app, lease, "CANCELLED");
    // Asked before an attempt is counted: while the engine is away, the build waits.
    await app.runtime.engine();
    if (state === "QUEUED" && !(await begin(app, lease, spec))) return { requeueAfterMs: QUEUE_MS };
    if ((await attemptBuild(app, lease, spec)) === "ENDED") return "ENDED";
  }
  const { outcome } = lease.job;
  if (!outcome?.image) throw new Error(`${_id} is finishing without an image.`);
  await commitBuild(app, lease.job, spec, outcome);
  return endBuild(app, lease, "SUCCEEDED");
};

/** Two builds of one tag follow each other, in the order in which they were asked for. */
async function begin({ store }: App, lease: Lease, { tag }: BuildSpec): Promise<boolean> {
  const { _id, proj } = lease.job;
  const earlier = await store.jobs.findOne({
    proj,
    cleanup: "PENDING",
    kind: "BUILD",
    "spec.tag": tag,
    state: { $in: [...UNDER_WAY] },
    _id: { $lt: _id },
  });
  if (earlier) return false;
  const run = new Date((await store.now()).getTime() + MOST_MS);
  try {
    await lease.write({
      $set: { state: "STARTING", active_key: `build:${proj}:${tag}`, deadlines: { start: null, run } },
    });
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}
