import type { mongo } from "mongoose";
import type { Kind } from "../graph/id.js";
import type { AnyRecord } from "../graph/stored-record.js";
import { STATES_UNDER_WAY } from "../graph/task.js";
import type { RecordKinds, Use } from "../kinds/record-kind.js";
import { snapshotPaths } from "../snapshots/snapshot-paths.js";
import type { Records, Store } from "../store/store.js";

const NOT_DELETED = { deleted: { $ne: true } };
const UNDER_WAY = { "task.state": { $in: STATES_UNDER_WAY } };

/**
 * Returns the ids that something needs: a deployment, a revision that may still run, a training under way, a model
 * version made from them, or an alias.
 */
export async function neededAmong(store: Store, kind: Kind, ids: readonly string[]): Promise<Set<string>> {
  const { byKind, kinds } = store;
  const usedAt = ({ kind: user, field, underWay }: Use) =>
    referencedAt(collectionOf(byKind[user]), field, ids, underWay ? UNDER_WAY : {});
  const uses = kinds[kind].usedBy ?? [];
  // Tasks first: the second round finds the versions of a training that ends meanwhile.
  const byTasks = await Promise.all(uses.filter(({ underWay }) => underWay).map(usedAt));
  const others = await Promise.all([
    ...uses.filter(({ underWay }) => !underWay).map(usedAt),
    ...fieldsFor(kinds, "movers", kind).map((field) => referencedAt(collectionOf(byKind.movers), field, ids)),
    servedAmong(store, kind, ids),
    kind === "movers" ? aliased(store, ids) : [],
  ]);
  return new Set([...byTasks, ...others].flat());
}

/** Returns the fields in which a holder names records of a kind. Those that a version inside it needs do not count. */
const fieldsFor = (cards: RecordKinds, holder: Kind, kind: Kind): readonly string[] =>
  snapshotPaths(cards, holder)
    .filter(({ of, inside }) => of === kind && !inside.includes("movers"))
    .map(({ path }) => `${path}._id`);

/** Returns the ids that revisions serve whose containers may still run, desired or not. */
async function servedAmong(store: Store, kind: Kind, ids: readonly string[]): Promise<readonly string[]> {
  const fields = fieldsFor(store.kinds, "revision", kind);
  if (fields.length === 0) return [];
  const jobs = await store.jobs.find({ cleanup: "PENDING", kind: "DEPLOY" }, { projection: { _id: 1 } }).toArray();
  const running = { _id: { $in: jobs.map(({ _id }) => _id) } };
  const revisions = collectionOf(store.byKind.revision);
  return (await Promise.all(fields.map((field) => referencedAt(revisions, field, ids, running)))).flat();
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
