import type { Dataset } from "../dataset/dataset.js";
import { DomainError, notFound } from "../errors.js";
import type { AnyRecord } from "../graph/stored-record.js";
import { checkContract } from "../model/file-contract.js";
import type { Model } from "../model/model.js";
import type { ModelVersion } from "../model-version/model-version.js";
import { byId, currentByKey } from "../store/current.js";
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

async function modelOf({ models }: Pick<Store, "models">, records: readonly { model: string }[]) {
  const found = new Map(
    (await byId(models, [...new Set(records.map(({ model }) => model))])).map((each) => [each._id, each]),
  );
  return ({ model }: { model: string }): Model => {
    const definition = found.get(model);
    if (!definition) throw new DomainError("CONFLICT", "What the record belongs to is being deleted.");
    return definition;
  };
}

/**
 * The datasets to mount, held against their models' file contracts as they are now.
 * @throws NOT_FOUND, BAD_USER_INPUT where the files are not kept here, CONTRACT_NOT_MET naming the file.
 */
export async function mountableDatasets(
  store: Pick<Store, "datasets" | "models">,
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
  const definition = await modelOf(store, datasets);
  datasets.forEach((dataset, at) => checkContract(definition(dataset).data_files, dataset.files, [...path, at]));
  return datasets;
}

/** The versions to mount, held against their models' file contracts as they are now. @throws likewise */
export async function mountableVersions(
  store: Pick<Store, "modelVersions" | "models">,
  mounts: readonly Named[],
  path: Path,
): Promise<ModelVersion[]> {
  const versions = await current(store.modelVersions, "model version", mounts, path);
  const definition = await modelOf(store, versions);
  versions.forEach((version, at) => checkContract(definition(version).model_files, version.files, [...path, at]));
  return versions;
}
