import { trusted } from "mongoose";
import { type Kind, kindOfRecord } from "../graph/id.js";
import type { AnyRecord } from "../graph/stored-record.js";
import { HIDDEN } from "../store/read-records.js";
import type { Records, Store } from "../store/store.js";

/** A record that a deletion removes, with its kind. */
export interface PlannedDeletion {
  readonly kind: Kind;
  readonly record: AnyRecord;
  /** True if it is removed even without `cascade`. */
  readonly always?: boolean;
}

const find = (records: Records<AnyRecord>, where: object): Promise<AnyRecord[]> =>
  records
    .find({ ...where, deleted: trusted({ $ne: true }) } as object, HIDDEN)
    .lean()
    .exec() as Promise<AnyRecord[]>;

/** Returns the direct children of records of one kind, also superseded ones. */
async function ownedBy(store: Store, kind: Kind, ids: readonly string[]): Promise<PlannedDeletion[]> {
  const lists = await Promise.all(
    (store.kinds[kind].owns ?? []).map(async (owned) =>
      (await find(store.byKind[owned.kind], { [owned.field]: trusted({ $in: [...ids] }) })).map((record) => ({
        kind: owned.kind,
        record,
        always: owned.always ?? false,
      })),
    ),
  );
  return lists.flat();
}

/**
 * Returns the record and the earlier ones of its key, the oldest first. Later ones stay: they were made after the
 * deletion was requested, or still wait for their files.
 */
async function withEarlier(store: Store, kind: Kind, { key, seq = 0 }: AnyRecord): Promise<PlannedDeletion[]> {
  const records = await find(store.byKind[kind], { key: trusted({ $eq: key }), seq: trusted({ $lte: seq }) });
  return records.sort((one, other) => (one.seq ?? 0) - (other.seq ?? 0)).map((record) => ({ kind, record }));
}

/**
 * Returns the records that a deletion removes: the target, the earlier ones of its key if it is so marked, and all that
 * they own. Children come before their owners.
 */
export async function planDeletion(store: Store, target: AnyRecord): Promise<PlannedDeletion[]> {
  const kind = kindOfRecord(target);
  const tops = target.with_earlier ? await withEarlier(store, kind, target) : [{ kind, record: target }];
  const children = await ownedBy(
    store,
    kind,
    tops.map(({ record }) => record._id),
  );
  const grandchildren = await Promise.all(children.map((child) => ownedBy(store, child.kind, [child.record._id])));
  return [...grandchildren.flat(), ...children, ...tops];
}
