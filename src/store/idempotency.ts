import { createHash } from "node:crypto";
import type { Caller } from "../caller.js";
import { DomainError } from "../errors.js";
import { keyOf, KINDS } from "../graph/id.js";
import type { AnyRecord, UsedKey } from "../graph/stored-record.js";
import { DAY_MS } from "../units.js";
import type { Records, Store } from "./store.js";

/** The caller and the mutation of a write. They identify its repeats. */
export interface Intent {
  readonly caller: Caller;
  readonly mutation: string;
  /** The input as it was sent. Only its hash is stored. */
  readonly input: object;
  readonly idempotencyKey?: string | null | undefined;
}

/** Returns the intent of the server's own writes. They need no idempotency key: repeating one has no effect. */
export const systemIntent = (caller: Caller): Intent => ({ caller, mutation: "", input: {} });

const hashOf = ({ mutation, input }: Intent): string =>
  createHash("sha256").update(mutation).update("\u001f").update(JSON.stringify(input)).digest("hex");

export function usedKeyOf(intent: Intent, at: Date): UsedKey | null {
  if (!intent.idempotencyKey) return null;
  return { key: keyOf(intent.caller.name, intent.idempotencyKey), hash: hashOf(intent), at };
}

/**
 * Returns the record, of any kind, that an earlier request with this idempotency key wrote.
 * @throws CONFLICT if the key was used for another mutation or input.
 */
export async function findEarlierEffect(store: Store, intent: Intent): Promise<AnyRecord | null> {
  const used = usedKeyOf(intent, new Date(0));
  if (!used) return null;
  const [first, ...others] = KINDS.map(store.collectionOf);
  const usedIt = { $match: { "used_keys.key": { $eq: used.key } } };
  // One command for all kinds.
  const found = first!.aggregate<AnyRecord>([
    usedIt,
    ...others.map(({ collectionName: coll }) => ({ $unionWith: { coll, pipeline: [usedIt] } })),
    { $limit: 1 },
  ]);
  const [record] = await found.toArray();
  return record && isSameRequest(record, used) ? record : null;
}

/** True if the same request wrote the record. @throws CONFLICT if another one did. */
export function isSameRequest({ used_keys = [] }: AnyRecord, { key, hash }: UsedKey): boolean {
  const earlier = used_keys.find((each) => each.key === key);
  if (earlier && earlier.hash !== hash)
    throw new DomainError("CONFLICT", "This idempotency key was used for another request: choose a new one.", [
      "input",
      "idempotencyKey",
    ]);
  return earlier !== undefined;
}

/** Returns the keys that still count. Without this bound records would grow. */
export const recentKeys = ({ used_keys = [] }: AnyRecord, now: Date): UsedKey[] =>
  used_keys.filter(({ at }) => now.getTime() - at.getTime() < DAY_MS);

/** The parts of the app that a write needs. */
export interface WritingApp {
  readonly store: Store;
  readonly work: { relay(record: string | AnyRecord): Promise<void> };
}

/**
 * Acts once per idempotency key. The key is looked up before any other check, and again if the act fails: another
 * process may have handled the same request. The write is relayed before the answer: its work exists by then, and
 * events keep the order of a client's requests.
 */
export async function idempotent<T extends AnyRecord>(
  { store, work }: WritingApp,
  intent: Intent,
  act: () => Promise<T>,
): Promise<T> {
  const earlier = await findEarlierEffect(store, intent);
  if (earlier) return requireExisting<T>(earlier);
  try {
    const record = await act();
    await work.relay(record);
    return record;
  } catch (error) {
    const made = await findEarlierEffect(store, intent);
    if (made) return requireExisting<T>(made);
    throw error;
  }
}

function requireExisting<T extends AnyRecord>(record: AnyRecord): T {
  if (record.deleted)
    throw new DomainError(
      "NOT_FOUND",
      "The record that this request made has been deleted since: choose a new idempotency key to make another.",
    );
  return record as T;
}

/** Releases the key of a request that was refused after its first write, so that a repeat tries again. */
export async function releaseIdempotencyKey<T extends AnyRecord>(
  records: Records<T>,
  id: string,
  intent: Intent,
): Promise<void> {
  const used = usedKeyOf(intent, new Date(0));
  if (!used) return;
  await records.collection.updateOne(
    { _id: id } as object,
    { $pull: { used_keys: { key: used.key, hash: used.hash } } } as object,
  );
}
