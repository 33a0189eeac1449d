import type { App } from "../app.js";
import { ROCAS } from "../caller.js";
import type { BuildOutcome, BuildSpec, Job } from "../jobs/job.js";
import { freeze } from "../snapshots/freeze.js";
import { changeRecord } from "../store/change-record.js";
import { insertRecord } from "../store/insert-record.js";
import { ownIntent } from "../store/intent.js";
import { keyOf } from "../store/key-of.js";
import { parentOf } from "../store/parent-of.js";
import { BUILD_VERSION_DEFINITION, type BuildVersion } from "./build-version.js";
import { humanTag, ownTag } from "./image-names.js";

/**
 * Makes the build version: its insert is the commit, and the image was checked before. All of it is repeatable, since
 * the id was chosen with the intent: a crash after the insert leaves tags and the build's snapshot to the next turn.
 */
export async function commitBuild(app: App, job: Job, spec: BuildSpec, outcome: BuildOutcome): Promise<void> {
  const { store, imageBuilder, work } = app;
  const image = outcome.image ?? "";
  const version = (await inserted(store.buildVersions, spec.buildVersion)) ?? (await insert(app, job, spec, outcome));
  await work.relay(version._id);
  if (version.deleted) return;
  await imageBuilder.tag(image, ownTag(version));
  await imageBuilder.tag(image, humanTag(version));
  const bvers = await freeze(store, BUILD_VERSION_DEFINITION, version, new Date());
  await changeRecord(store.builds, job._id, (build) => (build.bvers ? null : { bvers }), ownIntent(ROCAS));
}

/** Also where it has been deleted since: it is not made twice. */
const inserted = (records: App["store"]["buildVersions"], id: string): Promise<BuildVersion | null> =>
  records.findOne({ _id: id }).lean<BuildVersion | null>().exec();

async function insert({ store }: App, job: Job, spec: BuildSpec, outcome: BuildOutcome): Promise<BuildVersion> {
  const project = await parentOf(store.projects, job.proj);
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
