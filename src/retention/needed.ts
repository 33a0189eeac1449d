import type { mongo } from "mongoose";
import type { AnyRecord } from "../graph/stored-record.js";
import { TaskState } from "../graph/task.js";
import type { SupersedingKind } from "../kinds.js";
import type { Records, Store } from "../store/store.js";

/** The fields in which records name those that they need, by the id in a snapshot. */
interface Need {
  readonly of: keyof Pick<Store, "deployments" | "trainings" | "modelVersions" | "deploymentRevisions">;
  readonly path: string;
}

const LINEAGE: Readonly<Record<SupersedingKind, readonly string[]>> = {
  movers: ["pretrained._id", "train.pretrained._id"],
  dataset: ["ds._id", "train.ds._id"],
  bvers: ["train.bvers._id"],
};

/** The field of a training that holds what it mounts or runs in. */
const MOUNTED: Readonly<Record<SupersedingKind, string>> = {
  movers: "pretrained._id",
  dataset: "ds._id",
  bvers: "bvers._id",
};

const SERVED: Partial<Readonly<Record<SupersedingKind, string>>> = { movers: "movers._id", bvers: "bvers._id" };

const NOT_DELETED = { deleted: { $ne: true } };
const UNDER_WAY = { "task.state": { $in: [TaskState.WAITING, TaskState.RUNNING] } };

/**
 * Returns those of these records that something needs: the wanted revision of a deployment, one that still runs, a training that has
 * not ended, an alias, or a model version that is there and came from it.
 */
export async function neededAmong(store: Store, kind: SupersedingKind, ids: readonly string[]): Promise<Set<string>> {
  const served = SERVED[kind];
  // Trainings before versions: what one publishes while this is asked is there when its training has ended.
  const trainings = await named(store, { of: "trainings", path: MOUNTED[kind] }, ids, UNDER_WAY);
  const found = await Promise.all([
    trainings,
    ...(served ? [named(store, { of: "deployments", path: served }, ids), running(store, served, ids)] : []),
    ...LINEAGE[kind].map((path) => named(store, { of: "modelVersions", path }, ids)),
    ...(kind === "movers" ? [aliased(store, ids)] : []),
  ]);
  return new Set(found.flat());
}

/** Returns those of the ids that stand under the path in records of the type. */
async function named(
  store: Store,
  { of, path }: Need,
  ids: readonly string[],
  where: object = {},
): Promise<readonly string[]> {
  const records = store[of] as unknown as Records<AnyRecord>;
  return referencedAt(collectionOf(records), path, ids, where);
}

/** Returns those of the values that stand under the path in documents of the collection. */
export async function referencedAt(
  collection: mongo.Collection<{ _id: string }>,
  path: string,
  ids: readonly string[],
  where: object = {},
): Promise<readonly string[]> {
  const found = await collection
    .find({ [path]: { $in: ids }, ...NOT_DELETED, ...where }, { projection: { _id: 0, [path]: 1 } })
    .toArray();
  const wanted = new Set(ids);
  return found.flatMap((each) => valuesAt(each, path.split("."))).filter((id) => wanted.has(id));
}

/** Returns what revisions hold whose containers may still run, wanted or not. */
async function running(store: Store, path: string, ids: readonly string[]): Promise<readonly string[]> {
  const jobs = await store.jobs.find({ cleanup: "PENDING", kind: "DEPLOY" }, { projection: { _id: 1 } }).toArray();
  const revisions = jobs.map(({ _id }) => _id);
  return named(store, { of: "deploymentRevisions", path }, ids, { _id: { $in: revisions } });
}

async function aliased({ modelVersions }: Store, ids: readonly string[]): Promise<readonly string[]> {
  const found = await collectionOf(modelVersions as unknown as Records<AnyRecord>)
    .find({ _id: { $in: ids }, "aliases.0": { $exists: true } }, { projection: { _id: 1 } })
    .toArray();
  return found.map(({ _id }) => String(_id));
}

export const collectionOf = (records: Records<AnyRecord>): mongo.Collection<{ _id: string }> =>
  records.collection as unknown as mongo.Collection<{ _id: string }>;

/** Every value that a path leads to, through lists too. */
function valuesAt(value: unknown, [field, ...rest]: readonly string[]): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => valuesAt(each, [field!, ...rest]));
  if (field === undefined) return typeof value === "string" ? [value] : [];
  if (typeof value !== "object" || value === null) return [];
  const next = (value as Readonly<Record<string, unknown>>)[field];
  if (rest.length === 0) return typeof next === "string" ? [next] : [];
  return Array.isArray(next) ? next.flatMap((each) => valuesAt(each, rest)) : valuesAt(next, rest);
}
