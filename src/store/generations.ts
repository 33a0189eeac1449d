import DataLoader from "dataloader";
import { trusted } from "mongoose";
import type { AnyRecord } from "../graph/stored-record.js";
import { HIDDEN } from "./read-records.js";
import type { Records } from "./store.js";

/** Returns a condition on the records of these keys that have a `seq`. */
export const generationsOf = (keys: readonly string[]) => ({
  key: trusted({ $in: [...keys] }),
  seq: trusted({ $gt: 0 }),
  deleted: trusted({ $ne: true }),
});

/**
 * True if a tombstone must keep its `seq`: it is the last of its key, and earlier records are there. Without it, the
 * next record would get the same `seq`.
 */
export async function mustKeepSeq(records: Records<AnyRecord>, { key, seq }: AnyRecord): Promise<boolean> {
  if (seq === undefined) return false;
  const [later, earlier] = await Promise.all([
    records.exists({ key: trusted({ $eq: key }), seq: trusted({ $gt: seq }) }),
    records.exists(generationsOf([key])),
  ]);
  return later === null && earlier !== null;
}

/** The condition of an aggregate on records that have a `seq`. */
export const HAS_SEQ = { seq: { $gt: 0 }, deleted: { $ne: true } } as const;

type Side = "earlier" | "later";

/**
 * Loads the nearest earlier or later record of the same key, or null. Takes one find for all, and a second one if
 * records in between were deleted.
 */
export function loadNeighbour<T extends AnyRecord>(records: Records<T>, side: Side): DataLoader<T, T | null, string> {
  const step = side === "later" ? 1 : -1;
  return new DataLoader<T, T | null, string>(
    async (requested) => {
      const sequenced = requested.filter(
        ({ seq, superseded }) => seq !== undefined && (side === "earlier" || superseded),
      );
      const next = await findBySeq(records, sequenced, step);
      const missing = sequenced.filter(({ key, seq }) => !next.has(seqKey(key, seq! + step)) && seq! + step > 0);
      const far = await findNearest(records, missing, side);
      return requested.map(({ _id, key, seq }) =>
        seq === undefined ? null : (next.get(seqKey(key, seq + step)) ?? far.get(_id) ?? null),
      );
    },
    { cacheKeyFn: ({ _id }) => _id },
  );
}

const seqKey = (key: string, seq: number): string => `${seq} ${key}`;

async function findBySeq<T extends AnyRecord>(
  records: Records<T>,
  neighbours: readonly T[],
  step: number,
): Promise<ReadonlyMap<string, T>> {
  if (neighbours.length === 0) return new Map();
  const keys = [...new Set(neighbours.map(({ key }) => key))];
  const seqs = [...new Set(neighbours.map(({ seq }) => seq! + step))];
  const found = (await records
    .find({ ...generationsOf(keys), seq: trusted({ $in: seqs }) } as object, HIDDEN)
    .batchSize(keys.length * seqs.length + 1)
    .lean()) as T[];
  return new Map(found.map((each) => [seqKey(each.key, each.seq!), each]));
}

async function findNearest<T extends AnyRecord>(
  records: Records<T>,
  neighbours: readonly T[],
  side: Side,
): Promise<ReadonlyMap<string, T>> {
  if (neighbours.length === 0) return new Map();
  const all = (await records
    .find(generationsOf([...new Set(neighbours.map(({ key }) => key))]) as object, { key: 1, seq: 1 })
    .sort({ key: 1, seq: side === "later" ? 1 : -1 })
    .lean()) as Pick<T, "_id" | "key" | "seq">[];
  const nearest = neighbours.flatMap((record) => {
    const isBeyond = (seq: number): boolean => (side === "later" ? seq > record.seq! : seq < record.seq!);
    const found = all.find(({ key, seq }) => key === record.key && isBeyond(seq!));
    return found ? [{ of: record._id, id: found._id }] : [];
  });
  if (nearest.length === 0) return new Map();
  const ids = nearest.map(({ id }) => id);
  const whole = (await records
    .find({ _id: trusted({ $in: ids }) } as object, HIDDEN)
    .batchSize(ids.length + 1)
    .lean()) as T[];
  const byId = new Map(whole.map((each) => [each._id, each]));
  return new Map(nearest.flatMap(({ of, id }): [string, T][] => (byId.has(id) ? [[of, byId.get(id)!]] : [])));
}
