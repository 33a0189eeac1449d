import { isDeepStrictEqual } from "node:util";
import type { Connection } from "mongoose";
import { DomainError, notFound } from "../errors.js";
import { keyOf } from "../graph/id.js";
import type { AnyRecord, OutboxEntry } from "../graph/stored-record.js";
import { type Intent, isSameRequest, recentKeys, usedKeyOf } from "./idempotency.js";
import { currentByKey } from "./read-records.js";
import { RecordQueue } from "./record-queue.js";
import { relayedEntries } from "./relayed-entries.js";
import { isDuplicateKey } from "./store-errors.js";
import type { Records } from "./store.js";

/** The fields that only `changeRecord` itself sets. */
type Bookkeeping = "_id" | "key" | "version" | "created_at" | "created_by" | "modified_at" | "outbox" | "used_keys";
export type Change<T extends AnyRecord> = Partial<Omit<T, Bookkeeping>>;

/** A record with its outbox and its idempotency keys, as it has just been read. */
export interface Whole<T extends AnyRecord> {
  readonly whole: T;
}

/** Returns a record for `changeRecord`: itself if it was read or written with its outbox, else its id. */
export const asRead = <T extends AnyRecord>(record: T): string | Whole<T> =>
  record.outbox === undefined ? record._id : { whole: record };

/** Returns the current record of the names for `changeRecord`, which then need not read it. */
export async function findWhole<T extends AnyRecord>(
  { collection }: Records<T>,
  names: readonly string[],
): Promise<Whole<T> | null> {
  const key = keyOf(...names);
  const found = await collection.find({ key, superseded: false }).toArray();
  const whole = currentByKey(found as unknown as T[]).get(key);
  return whole ? { whole } : null;
}

/** Returns the same. @throws NOT_FOUND with the path of the last name */
export async function requireWhole<T extends AnyRecord>(
  records: Records<T>,
  label: string,
  names: readonly string[],
  path: readonly string[],
): Promise<Whole<T>> {
  const found = await findWhole(records, names);
  if (!found) throw notFound(label, path);
  return found;
}

/**
 * Changes a record: fields, version, outbox entry and idempotency key in one compare-and-set on the version. Changes of
 * one record by this process are written one after the other.
 * @param target the id of the record, or the record as it has just been read.
 * @param decide returns the change for the record as it is. It is called again if another write came first. Null or a
 *   change without effect writes nothing, unless an idempotency key must be stored.
 * @returns the record after the change, with its outbox.
 * @throws NOT_FOUND if the record is gone, CONFLICT if other writes always come first, and the errors of `decide`.
 */
export async function changeRecord<T extends AnyRecord>(
  records: Records<T>,
  target: string | Whole<T>,
  decide: (current: T) => Change<T> | null,
  intent: Intent,
  action: OutboxEntry["action"] = "CHANGE",
): Promise<T> {
  const { id, seen } =
    typeof target === "string" ? { id: target, seen: null } : { id: target.whole._id, seen: target.whole };
  try {
    return await queueOf(records, id).add({
      seen,
      read: () => readWhole(records, id),
      apply: (current) => changed(current, decide, intent, action),
    });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    throw new DomainError("CONFLICT", "Somebody else made the same change first: read the record again.", undefined, {
      cause: error,
    });
  }
}

const readWhole = async <T extends AnyRecord>({ collection }: Records<T>, id: string): Promise<T | null> =>
  (await collection.findOne({ _id: id, deleted: { $ne: true } } as object)) as T | null;

/** Returns the record after the change, or the same one if nothing is to be written. */
function changed<T extends AnyRecord>(
  current: T,
  decide: (current: T) => Change<T> | null,
  intent: Intent,
  action: OutboxEntry["action"],
): T {
  const at = new Date();
  const used = usedKeyOf(intent, at);
  // The same request was sent twice, and the other one came first.
  if (used && isSameRequest(current, used)) return current;
  const fields = Object.entries(decide(current) ?? {}).filter(
    ([field, value]) => value !== undefined && !isDeepStrictEqual(value, current[field as keyof T]),
  );
  if (fields.length === 0 && !used) return current;
  const after = Object.fromEntries(fields);
  const before = Object.fromEntries(fields.map(([field]) => [field, current[field as keyof T] ?? null]));
  const version = current.version + 1;
  const entry: OutboxEntry = { version, at, caller: intent.caller.name, action, before, after };
  return {
    ...current,
    ...after,
    version,
    modified_at: at,
    outbox: [...(current.outbox ?? []), entry],
    ...(used && { used_keys: [...recentKeys(current, at), used] }),
  };
}

/** Writes the fields that differ, unless the stored version is another one: then it returns false. */
async function write<T extends AnyRecord>({ collection, db }: Records<T>, before: T, after: T): Promise<boolean> {
  const fields = Object.entries(after).filter(([field, value]) => value !== before[field as keyof T]);
  // Nothing else adds entries without a new version, and what was relayed need not be kept.
  const outbox = relayedEntries(db).unrelayed(after);
  const { matchedCount } = await collection.updateOne(
    { _id: before._id, version: before.version } as object,
    { $set: { ...Object.fromEntries(fields), outbox } } as object,
    { ignoreUndefined: true },
  );
  return matchedCount === 1;
}

/** The queues of the records that this process changes at the moment. */
const queues = new WeakMap<Connection, Map<string, unknown>>();

function queueOf<T extends AnyRecord>(records: Records<T>, id: string): RecordQueue<T> {
  const ofConnection = queues.get(records.db) ?? new Map<string, unknown>();
  queues.set(records.db, ofConnection);
  const known = ofConnection.get(id) as RecordQueue<T> | undefined;
  if (known) return known;
  const queue = new RecordQueue<T>(
    (before, after) => write(records, before, after),
    () => ofConnection.delete(id),
  );
  ofConnection.set(id, queue);
  return queue;
}
