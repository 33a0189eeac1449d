import type { App } from "../app.js";
import { ROCAS } from "../caller.js";
import { keyOf } from "../graph/id.js";
import type { BuildOutcome, BuildSpec, Job } from "../jobs/job.js";
import { freeze } from "../snapshots/freeze.js";
import { changeRecord } from "../store/change-record.js";
import { systemIntent } from "../store/idempotency.js";
import { insertRecord } from "../store/insert-record.js";
import { requireParent } from "../store/read-records.js";
import { BUILD_VERSION_DEFINITION, type BuildVersion } from "./build-version.js";
import { userTag, versionTag } from "./image-names.js";

/**
 * Makes the build version and tags its image. The insert is the commit, under an id that was chosen with the request.
 * After a crash the next tick adds the missing tags, and the snapshot in the build.
 */
export async function commitBuild(app: App, job: Job, spec: BuildSpec, outcome: BuildOutcome): Promise<void> {
  const { store, imageBuilder, work } = app;
  const image = outcome.image ?? "";
  const version =
    (await findVersion(store.buildVersions, spec.buildVersion)) ?? (await insertVersion(app, job, spec, outcome));
  await work.relay(version._id);
  if (version.deleted) return;
  await imageBuilder.tag(image, versionTag(version));
  await imageBuilder.tag(image, userTag(version));
  const bvers = await freeze(store, BUILD_VERSION_DEFINITION, version, new Date());
  await changeRecord(store.builds, job._id, (build) => (build.bvers ? null : { bvers }), systemIntent(ROCAS));
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
      dockerfile: spec.dockerfile ?? null,
      target: spec.target ?? null,
      build_args: spec.args ?? [],
      build: job._id,
    },
    systemIntent(ROCAS),
    "next",
  );
}
