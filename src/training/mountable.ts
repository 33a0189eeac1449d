import type { Dataset } from "../dataset/dataset.js";
import { DomainError, notFound } from "../errors.js";
import type { AnyRecord } from "../graph/stored-record.js";
import type { ModelVersion } from "../model-version/model-version.js";
import { currentByKey } from "../store/current.js";
import { keyOf } from "../store/key-of.js";
import type { Records, Store } from "../store/store.js";
import { refuseDeleting } from "../store/under-parent.js";

const MOST = 20;

/** A dataset or a version, by the names of its model and its own. */
interface Named {
  readonly model: string;
  readonly name: string;
}

type Path = readonly (string | number)[];

/** The current records of these names, in their order, each once. Current ones have all their files. */
async function current<T extends AnyRecord>(
  records: Records<T>,
  kind: string,
  mounts: readonly Named[],
  path: Path,
): Promise<T[]> {
  if (mounts.length > MOST) throw new DomainError("LIMIT_EXCEEDED", `At most ${MOST} can be mounted.`, path);
  const keys = mounts.map(({ model, name }) => keyOf(model, name));
  const twice = keys.findIndex((key, at) => keys.indexOf(key) !== at);
  if (twice >= 0) throw new DomainError("BAD_USER_INPUT", "Each is mounted once.", [...path, twice]);
  const found = new Map((await currentByKey(records, keys)).map((each) => [each.key, each]));
  return keys.map((key, at) => {
    const record = found.get(key);
    if (!record) throw notFound(kind, [...path, at]);
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
  const datasets = await current(store.datasets, "dataset", mounts, path);
  const elsewhere = datasets.findIndex(({ stored }) => !stored);
  if (elsewhere >= 0)
    throw new DomainError(
      "BAD_USER_INPUT",
      "The files of the dataset are not kept here (`stored` is false), so that it cannot be mounted.",
      [...path, elsewhere],
    );
  return datasets;
}

/** The versions to mount. @throws NOT_FOUND, BAD_USER_INPUT */
export const mountableVersions = (
  store: Pick<Store, "modelVersions">,
  mounts: readonly Named[],
  path: Path,
): Promise<ModelVersion[]> => current(store.modelVersions, "model version", mounts, path);
