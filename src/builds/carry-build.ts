import type { App } from "../app.js";
import type { Hold } from "../jobs/hold.js";
import { type BuildSpec, UNDER_WAY } from "../jobs/job.js";
import type { Carrier } from "../jobs/turn.js";
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
export const carryBuild: Carrier = async (app, hold) => {
  const { _id, spec, state, desired } = hold.job;
  if (spec.kind !== "BUILD") throw new Error(`${_id} is no build.`);
  if (state !== "FINISHING") {
    const [record] = await byId(app.store.builds, [_id]);
    if (desired === "CANCEL" || !record) return endBuild(app, hold, "CANCELLED");
    // Asked before an attempt is counted: while the engine is away, the build waits.
    await app.runtime.engine();
    if (state === "QUEUED" && !(await begin(app, hold, spec))) return { again: QUEUE_MS };
    if ((await attemptBuild(app, hold, spec)) === "ENDED") return "ENDED";
  }
  const { outcome } = hold.job;
  if (!outcome?.image) throw new Error(`${_id} is finishing without an image.`);
  await commitBuild(app, hold.job, spec, outcome);
  return endBuild(app, hold, "SUCCEEDED");
};

/** Two builds of one tag follow each other, in the order in which they were asked for. */
async function begin({ store }: App, hold: Hold, { tag }: BuildSpec): Promise<boolean> {
  const { _id, proj } = hold.job;
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
    await hold.write({
      $set: { state: "STARTING", active_key: `build:${proj}:${tag}`, deadlines: { start: null, run } },
    });
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}
