import type { Dataset } from "../dataset/dataset.js";
import { DomainError, notFound } from "../errors.js";
import type { AnyRecord } from "../graph/stored-record.js";
import type { ModelVersion } from "../model-version/model-version.js";
import { aliasAsked, type VersionName, versionsByName } from "../model-version/versions-by-name.js";
import { currentByKey } from "../store/current.js";
import { keyOf } from "../store/key-of.js";
import type { Store } from "../store/store.js";
import { refuseDeleting } from "../store/under-parent.js";

const MOST = 20;

/** A dataset or a version, by the names of its model and its own. */
type Named = VersionName;

/** A version to mount, and the alias by which it was asked for, or null. */
export interface MountableVersion {
  readonly version: ModelVersion;
  readonly alias: string | null;
}

type Path = readonly (string | number)[];

function checkNumber(mounts: readonly Named[], path: Path): void {
  if (mounts.length > MOST)
    throw new DomainError("LIMIT_EXCEEDED", `At most ${MOST} can be mounted, and these are ${mounts.length}.`, path);
}

/** The records found for names, in the order of these: all there, and each once. Current ones have all their files. */
function checked<T extends AnyRecord>(found: readonly (T | null)[], kind: string, path: Path): T[] {
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
 * The datasets to mount. A file contract binds publishing: what was good then is mounted after a change of it.
 * @throws NOT_FOUND, BAD_USER_INPUT if the files are not kept here.
 */
export async function mountableDatasets(
  store: Pick<Store, "datasets">,
  mounts: readonly Named[],
  path: Path,
): Promise<Dataset[]> {
  checkNumber(mounts, path);
  const keys = mounts.map(({ model, name }) => keyOf(model, name));
  const found = new Map((await currentByKey(store.datasets, keys)).map((each) => [each.key, each]));
  const datasets = checked(
    keys.map((key) => found.get(key) ?? null),
    "dataset",
    path,
  );
  const elsewhere = datasets.findIndex(({ stored }) => !stored);
  if (elsewhere >= 0)
    throw new DomainError(
      "BAD_USER_INPUT",
      "The files of the dataset are not kept here (`stored` is false), so that it cannot be mounted.",
      [...path, elsewhere],
    );
  return datasets;
}

/** The versions to mount, by their names or aliases. @throws NOT_FOUND, BAD_USER_INPUT */
export async function mountableVersions(
  store: Pick<Store, "modelVersions" | "models">,
  mounts: readonly Named[],
  path: Path,
): Promise<MountableVersion[]> {
  checkNumber(mounts, path);
  const versions = checked(await versionsByName(store, mounts), "model version", path);
  return mounts.flatMap((asked, at) => {
    const version = versions[at];
    return version ? [{ version, alias: aliasAsked(version, asked) }] : [];
  });
}
