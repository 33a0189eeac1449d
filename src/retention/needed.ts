import type { mongo } from "mongoose";
import { type Kind, kindOf, KINDS } from "../graph/id.js";
import type { AnyRecord } from "../graph/stored-record.js";
import { TaskState } from "../graph/task.js";
import { snapshotPaths } from "../snapshots/snapshot-paths.js";
import type { Records, Store } from "../store/store.js";

const NOT_DELETED = { deleted: { $ne: true } };
const UNDER_WAY = { "task.state": { $in: [TaskState.WAITING, TaskState.RUNNING] } };

/** A field of records that names a needed record, by its id in a snapshot. */
interface Need {
  readonly holder: Kind;
  readonly path: string;
}

/**
 * Returns the ids that something needs: a deployment, a revision that may still run, a training under way, a model
 * version made from them, or an alias.
 */
export async function neededAmong(store: Store, kind: Kind, ids: readonly string[]): Promise<Set<string>> {
  const needs = KINDS.flatMap((holder) => needsOf(store, holder, kind));
  const isTask = ({ holder }: Need) => store.kinds[holder].task === "OWN";
  const find = (some: readonly Need[]) => Promise.all(some.map((need) => neededBy(store, need, ids)));
  // Trainings first: the second query finds the versions of one that ends meanwhile.
  const underWay = await find(needs.filter(isTask));
  const others = await find(needs.filter((need) => !isTask(need)));
  return new Set([...underWay, ...others, kind === "movers" ? await aliased(store, ids) : []].flat());
}

/**
 * Lists the fields by which records need others. Nested snapshots of a version do not count: that version needs those.
 */
const needsOf = ({ kinds }: Store, holder: Kind, kind: Kind): Need[] =>
  snapshotPaths(kinds, holder)
    .filter(({ of, inside }) => of === kind && !inside.includes("movers"))
    .map(({ path }) => ({ holder, path: `${path}._id` }));

/** Returns the ids that records need: a task until it ends, a revision until its job is cleaned up. */
async function neededBy(store: Store, { holder, path }: Need, ids: readonly string[]): Promise<readonly string[]> {
  const { task, log } = store.kinds[holder];
  const records = collectionOf(store.byKind[holder]);
  if (task === "OWN") return referencedAt(records, path, ids, UNDER_WAY);
  if (log !== "OF_JOB") return referencedAt(records, path, ids);
  const jobs = await store.jobs.find({ cleanup: "PENDING" }, { projection: { _id: 1 } }).toArray();
  const working = jobs.map(({ _id }) => _id).filter((id) => kindOf(id) === holder);
  return referencedAt(records, path, ids, { _id: { $in: working } });
}

/** Returns the ids found at a path in documents of the collection. */
export async function referencedAt(
  collection: mongo.Collection<{ _id: string }>,
  path: string,
  ids: readonly string[],
  where: object = {},
): Promise<readonly string[]> {
  const found = await collection
    .find({ [path]: { $in: ids }, ...NOT_DELETED, ...where }, { projection: { _id: 0, [path]: 1 } })
    .toArray();
  const sought = new Set(ids);
  return found.flatMap((each) => valuesAt(each, path.split("."))).filter((id) => sought.has(id));
}

async function aliased({ modelVersions }: Store, ids: readonly string[]): Promise<readonly string[]> {
  const found = await collectionOf(modelVersions as unknown as Records<AnyRecord>)
    .find({ _id: { $in: ids }, "aliases.0": { $exists: true } }, { projection: { _id: 1 } })
    .toArray();
  return found.map(({ _id }) => String(_id));
}

export const collectionOf = (records: Records<AnyRecord>): mongo.Collection<{ _id: string }> =>
  records.collection as unknown as mongo.Collection<{ _id: string }>;

/** Returns all values at a path, through lists too. */
function valuesAt(value: unknown, [field, ...rest]: readonly string[]): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => valuesAt(each, [field!, ...rest]));
  if (field === undefined) return typeof value === "string" ? [value] : [];
  if (typeof value !== "object" || value === null) return [];
  const next = (value as Readonly<Record<string, unknown>>)[field];
  if (rest.length === 0) return typeof next === "string" ? [next] : [];
  return Array.isArray(next) ? next.flatMap((each) => valuesAt(each, rest)) : valuesAt(next, rest);
}
