import { trusted } from "mongoose";
import type { AnyRecord } from "../graph/stored-record.js";
import type { Records } from "./store.js";

/** The fields that the store keeps for itself, in no answer. */
export const HIDDEN = { outbox: 0, used_keys: 0 } as const;

// All answers ask for one batch: with the driver's own batches of 101, a page of 500 would cost five calls.

/** The records that are current under these keys, each key once, in one find. */
export async function currentByKey<T extends AnyRecord>(records: Records<T>, keys: readonly string[]): Promise<T[]> {
  const found = (await records
    .find({ key: trusted({ $in: [...keys] }), superseded: false }, HIDDEN)
    .batchSize(2 * keys.length + 1)
    .lean()) as T[];
  const highest = new Map<string, T>();
  // Between the insert of a successor and the marking of its forerunner, a key has two: the higher is current.
  for (const each of found) if ((highest.get(each.key)?.seq ?? 0) < (each.seq ?? 0)) highest.set(each.key, each);
  return [...highest.values()];
}

export async function currentOf<T extends AnyRecord>(records: Records<T>, key: string): Promise<T | null> {
  return (await currentByKey(records, [key]))[0] ?? null;
}

/** One that was deleted is not found, though its tombstone is. */
export async function byId<T extends AnyRecord>(records: Records<T>, ids: readonly string[]): Promise<T[]> {
  return (await records
    .find({ _id: trusted({ $in: [...ids] }), deleted: trusted({ $ne: true }) }, HIDDEN)
    .batchSize(ids.length + 1)
    .lean()) as T[];
}
