import type { App } from "../app.js";
import { ROCAS } from "../caller.js";
import { keyOf } from "../graph/id.js";
import { type BuildOutcome, type BuildSpec, type ChestVersion, type Job, UNDER_WAY } from "../jobs/job.js";
import type { Lease } from "../jobs/lease.js";
import type { OutboxHandler } from "../jobs/relay.js";
import type { Worker } from "../jobs/tick.js";
import { createJob } from "../jobs/write-job.js";
import { freeze } from "../snapshots/freeze.js";
import { changeRecord } from "../store/change-record.js";
import { ownIntent } from "../store/idempotency.js";
import { insertRecord } from "../store/insert-record.js";
import { findByIds, requireParent } from "../store/read-records.js";
import { isDuplicateKey } from "../store/store-errors.js";
import { attemptBuild, endBuild } from "./attempt-build.js";
import { BUILD_VERSION_DEFINITION, type BuildVersion } from "./build-version.js";
import type { Build } from "./build.js";
import { userTag, versionTag } from "./image-names.js";

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
      chest: chestVersion(build.chest, plan.chest_version),
      registry_chest: chestVersion(build.registry_chest, plan.registry_chest_version),
      buildVersion: plan.build_version,
    },
  });
};

/** Makes the build version and tags its image. The insert is the commit; a repeated call does the rest. */
async function commitBuild(app: App, job: Job, spec: BuildSpec, outcome: BuildOutcome): Promise<void> {
  const { store, imageBuilder, work } = app;
  const image = outcome.image ?? "";
  const version =
    (await findVersion(store.buildVersions, spec.buildVersion)) ?? (await insertVersion(app, job, spec, outcome));
  await work.relay(version._id);
  if (version.deleted) return;
  await imageBuilder.tag(image, versionTag(version));
  await imageBuilder.tag(image, userTag(version));
  const bvers = await freeze(store, BUILD_VERSION_DEFINITION, version, new Date());
  await changeRecord(store.builds, job._id, (build) => (build.bvers ? null : { bvers }), ownIntent(ROCAS));
}

/** Deleted versions count, so that none is made twice. */
const findVersion = (records: App["store"]["buildVersions"], id: string): Promise<BuildVersion | null> =>
  records.findOne({ _id: id }).lean<BuildVersion | null>().exec();

async function insertVersion({ store }: App, job: Job, spec: BuildSpec, outcome: BuildOutcome): Promise<BuildVersion> {
  const project = await requireParent(store.projects, job.proj);
  return insertRecord(
    store.buildVersions,
    {
      _id: spec.buildVersion,
      key: keyOf(project.name, spec.tag),
      proj: project._id,
      tag: spec.tag,
      docker_id: outcome.image,
      digest: outcome.digest,
      git_version: outcome.git_version,
      git_dirty: outcome.git_dirty,
      built_at: outcome.built_at,
      built_from: spec.from,
      build: job._id,
    },
    ownIntent(ROCAS),
    "next",
  );
}

const MAX_BUILD_MS = 2 * 60 * 60 * 1000;
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
    if (state === "QUEUED" && !(await begin(app, lease, spec))) return { requeueAfterMs: QUEUE_POLL_MS };
    if ((await attemptBuild(app, lease, spec)) === "ENDED") return "ENDED";
  }
  const { outcome } = lease.job;
  if (!outcome?.image) throw new Error(`${_id} is finishing without an image.`);
  await commitBuild(app, lease.job, spec, outcome);
  return endBuild(app, lease, "SUCCEEDED");
};

/** True if no earlier build of the tag is under way. */
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
  const run = new Date((await store.now()).getTime() + MAX_BUILD_MS);
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
