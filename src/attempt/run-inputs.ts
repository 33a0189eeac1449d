import type { BuildVersion } from "../builds/build-version.js";
import type { Dataset } from "../dataset/dataset.js";
import { DomainError, notFound } from "../errors.js";
import { keyOf } from "../graph/id.js";
import type { AnyRecord } from "../graph/stored-record.js";
import {
  MODEL_VERSION_DEFINITION,
  type ModelVersion,
  type ModelVersionSnapshot,
} from "../model-version/model-version.js";
import { usedAlias, type VersionName, versionsByName } from "../model-version/versions-by-name.js";
import type { Project } from "../project/project.js";
import { freeze } from "../snapshots/freeze.js";
import { findCurrent, findCurrentByKeys } from "../store/read-records.js";
import { refuseDeleting } from "../store/recheck-parents.js";
import type { Store } from "../store/store.js";

/** Returns the build version that is current under the tag, with its image. @throws NOT_FOUND, CONFLICT */
export async function buildVersionToRun(
  { buildVersions }: Pick<Store, "buildVersions">,
  { name }: Pick<Project, "name">,
  tag: string,
): Promise<BuildVersion & { docker_id: string }> {
  const version = await findCurrent(buildVersions, keyOf(name, tag));
  if (!version?.docker_id)
    throw new DomainError(
      "NOT_FOUND",
      "The project has no build version with this tag: build it with buildProject and wait until its task is FINISHED.",
      ["input", "tag"],
    );
  refuseDeleting(version);
  return { ...version, docker_id: version.docker_id };
}

/** The most datasets, or versions, of one container. */
export const MAX_MOUNTS = 20;

/** A dataset or a version, by the name of its model and its own. */
type Named = VersionName;

/** A version to mount, with the alias by which the input names it, or null. */
interface VersionToMount {
  readonly version: ModelVersion;
  readonly alias: string | null;
}

type Path = readonly (string | number)[];

function refuseTooMany(mounts: readonly Named[], path: Path): void {
  if (mounts.length > MAX_MOUNTS)
    throw new DomainError(
      "LIMIT_EXCEEDED",
      `At most ${MAX_MOUNTS} can be mounted, and these are ${mounts.length}.`,
      path,
    );
}

/** Returns the found records if none is missing and none is there twice. Current records have all their files. */
function requireAll<T extends AnyRecord>(found: readonly (T | null)[], kind: string, path: Path): T[] {
  return found.map((record, at) => {
    if (!record) throw notFound(kind, [...path, at]);
    if (found.findIndex((each) => each?._id === record._id) < at)
      throw new DomainError("BAD_USER_INPUT", "This is named twice, and each is mounted once: leave the second out.", [
        ...path,
        at,
      ]);
    refuseDeleting(record);
    return record;
  });
}

/**
 * Returns the datasets to mount. A file contract binds publishing alone: a later change of it keeps no dataset out.
 * @throws NOT_FOUND, BAD_USER_INPUT if the files are not kept here.
 */
export async function datasetsToMount(
  store: Pick<Store, "datasets">,
  mounts: readonly Named[],
  path: Path,
): Promise<Dataset[]> {
  refuseTooMany(mounts, path);
  const keys = mounts.map(({ model, name }) => keyOf(model, name));
  const found = new Map((await findCurrentByKeys(store.datasets, keys)).map((each) => [each.key, each]));
  const datasets = requireAll(
    keys.map((key) => found.get(key) ?? null),
    "dataset",
    path,
  );
  const notStored = datasets.findIndex(({ stored }) => !stored);
  if (notStored >= 0)
    throw new DomainError(
      "BAD_USER_INPUT",
      "The files of the dataset are not kept here (`stored` is false), so that it cannot be mounted.",
      [...path, notStored],
    );
  return datasets;
}

/** Returns the versions to mount, by their names or aliases. @throws NOT_FOUND, BAD_USER_INPUT */
export async function versionsToMount(
  store: Pick<Store, "modelVersions" | "models">,
  mounts: readonly Named[],
  path: Path,
): Promise<VersionToMount[]> {
  refuseTooMany(mounts, path);
  const versions = requireAll(await versionsByName(store, mounts), "model version", path);
  return mounts.flatMap((name, at) => {
    const version = versions[at];
    return version ? [{ version, alias: usedAlias(version, name) }] : [];
  });
}

/** Returns the snapshots of versions, each with the alias by which it was named. */
export const freezeVersions = (
  store: Store,
  versions: readonly VersionToMount[],
  at: Date,
): Promise<ModelVersionSnapshot[]> =>
  Promise.all(versions.map(({ version, alias }) => freeze(store, MODEL_VERSION_DEFINITION, version, at, { alias })));
