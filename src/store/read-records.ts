import { type mongo, trusted } from "mongoose";
import { notFound, parentBeingDeleted } from "../errors.js";
import { keyOf } from "../graph/id.js";
import type { AnyRecord } from "../graph/stored-record.js";
import type { DocumentReader } from "./document-reader.js";
import type { RawDocument } from "../documents/raw-document.js";
import { RecordLoader } from "../documents/record-loader.js";
import type { Records } from "./store.js";

/** Internal fields that no answer shows. */
export const HIDDEN = { outbox: 0, used_keys: 0 } as const;

// Each read asks for one batch: with the driver's batches of 101, a page of 500 would take five calls.

/** Returns the current record of each key, in one find. */
export async function findCurrentByKeys<T extends AnyRecord>(
  records: Records<T>,
  keys: readonly string[],
): Promise<T[]> {
  if (keys.length === 0) return [];
  const found = (await records
    .find({ key: trusted({ $in: [...keys] }), superseded: false }, HIDDEN)
    .batchSize(2 * keys.length + 1)
    .lean()) as T[];
  return [...currentByKey(found).values()];
}

/** Returns the current record of each key: of a successor and its unmarked forerunner the one with the higher `seq`. */
export function currentByKey<R extends Pick<AnyRecord, "key" | "seq">>(found: readonly R[]): Map<string, R> {
  const highest = new Map<string, R>();
  for (const each of found) {
    const { key, seq = 0 } = each;
    if ((highest.get(key)?.seq ?? 0) < seq) highest.set(key, each);
  }
  return highest;
}

export async function findCurrent<T extends AnyRecord>(records: Records<T>, key: string): Promise<T | null> {
  return (await findCurrentByKeys(records, [key]))[0] ?? null;
}

/** Returns the records with these ids, without tombstones. */
export async function findByIds<T extends AnyRecord>(records: Records<T>, ids: readonly string[]): Promise<T[]> {
  return (await records
    .find({ _id: trusted({ $in: [...ids] }), deleted: trusted({ $ne: true }) }, HIDDEN)
    .batchSize(ids.length + 1)
    .lean()) as T[];
}

/** Returns the projection of stored fields; of whole records if they are null. */
export const projectionOf = (fields: readonly string[] | null, ...others: readonly string[]): mongo.Document =>
  fields === null ? HIDDEN : Object.fromEntries(["_id", ...fields, ...others].map((field) => [field, 1]));

/** The reads of one kind for an answer. */
export interface RecordReads {
  readonly documents: DocumentReader;
  readonly collection: string;
  /** The stored fields that the answer takes; null for whole records. */
  readonly fields: readonly string[] | null;
}

/** Loads records by id, with one find per tick. A missing one is null. */
export function loadById<T extends AnyRecord>({ documents, collection, fields }: RecordReads): RecordLoader<T> {
  return new RecordLoader(async (ids) => {
    const found = await documents.find(collection, {
      filter: { _id: { $in: ids }, deleted: { $ne: true } },
      projection: projectionOf(fields),
      most: ids.length,
    });
    return new Map(found.map((each) => [each._id, each]));
  });
}

/** Loads current records by natural key (`keyOf`), with one find per tick. */
export const loadByKey = <T extends AnyRecord>(reads: RecordReads): RecordLoader<T> =>
  new RecordLoader((keys) => findCurrentDocuments(reads, keys));

/** Returns the current record of each key that has one, in one find. */
export async function findCurrentDocuments(
  { documents, collection, fields }: RecordReads,
  keys: readonly string[],
): Promise<Map<string, RawDocument>> {
  const found = await documents.find(collection, {
    filter: { key: { $in: keys }, superseded: false },
    projection: projectionOf(fields, "key", "seq"),
    most: 2 * keys.length,
  });
  return currentByKey(found);
}

/** Returns the current record of that key. @throws NOT_FOUND with the path of the last name. */
export async function requireCurrent<T extends AnyRecord>(
  records: Records<T>,
  kind: string,
  names: readonly string[],
  path?: readonly (string | number)[],
): Promise<T> {
  const found = await findCurrent(records, keyOf(...names));
  if (!found) throw notFound(kind, path);
  return found;
}

/** Returns the record that a reference leads to. @throws CONFLICT if it was deleted: its children go with it. */
export async function requireParent<T extends AnyRecord>(records: Records<T>, id: string): Promise<T> {
  const [parent] = await findByIds(records, [id]);
  if (!parent) throw parentBeingDeleted();
  return parent;
}
