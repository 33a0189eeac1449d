import { trusted } from "mongoose";
import type { Kind } from "../graph/id.js";
import type { AnyRecord } from "../graph/stored-record.js";
import type { Records } from "./store.js";

/** Kinds of which a record takes the name of an earlier one: rebuilt tags and what is published again. */
export const SUPERSEDING = ["bvers", "dataset", "movers"] as const satisfies readonly Kind[];
export type SupersedingKind = (typeof SUPERSEDING)[number];

export const isSuperseding = (kind: Kind): kind is SupersedingKind => (SUPERSEDING as readonly Kind[]).includes(kind);

/** Selects the records of these names that have a place in the order of their name: superseded and current ones. */
export const generationsOf = (keys: readonly string[]) => ({
  key: trusted({ $in: [...keys] }),
  seq: trusted({ $gt: 0 }),
  deleted: trusted({ $ne: true }),
});

/**
 * Whether a tombstone has to go on holding its place: it is the last of its name, earlier records of which are there.
 * Without it the next record would be given the same place, and would be told to supersede one that is superseded.
 */
export async function holdsPlace(records: Records<AnyRecord>, { key, seq }: AnyRecord): Promise<boolean> {
  if (seq === undefined) return false;
  const [later, earlier] = await Promise.all([
    records.exists({ key: trusted({ $eq: key }), seq: trusted({ $gt: seq }) }),
    records.exists(generationsOf([key])),
  ]);
  return later === null && earlier !== null;
}
