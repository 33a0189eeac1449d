import { trusted } from "mongoose";
import { type Kind, kindOfRecord } from "../graph/id.js";
import type { AnyRecord } from "../graph/stored-record.js";
import { HIDDEN } from "../store/read-records.js";
import type { Records, Store } from "../store/store.js";

/** A record that goes, with its kind. */
export interface PlannedDeletion {
  readonly kind: Kind;
  readonly record: AnyRecord;
  /** True if it goes also without `cascade`. */
  readonly always?: boolean;
}

const find = (records: Records<AnyRecord>, where: object): Promise<AnyRecord[]> =>
  records
    .find({ ...where, deleted: trusted({ $ne: true }) } as object, HIDDEN)
    .lean()
    .exec() as Promise<AnyRecord[]>;

/** The direct children of records of one kind, earlier ones of a key included. */
export async function ownedBy(store: Store, kind: Kind, ids: readonly string[]): Promise<PlannedDeletion[]> {
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
 * The record with the earlier ones of its key, those first. Whoever is to take its place, or has taken it since the
 * deletion was asked for, stays: another one was meant.
 */
async function withEarlier(store: Store, kind: Kind, { key, seq = 0 }: AnyRecord): Promise<PlannedDeletion[]> {
  const records = await find(store.byKind[kind], { key: trusted({ $eq: key }), seq: trusted({ $lte: seq }) });
  return records.sort((one, other) => (one.seq ?? 0) - (other.seq ?? 0)).map((record) => ({ kind, record }));
}

/** The record, with the earlier ones of its key if it is so marked, and all that they own: children before their owners. */
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
