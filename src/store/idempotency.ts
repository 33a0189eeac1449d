import { createHash } from "node:crypto";
import { trusted } from "mongoose";
import type { Caller } from "../caller.js";
import { DomainError } from "../errors.js";
import { keyOf } from "../graph/id.js";
import type { AnyRecord, UsedKey } from "../graph/stored-record.js";
import type { Records, Store } from "./store.js";

/** The caller and the mutation of a write: they make its repeat recognisable. */
export interface Intent {
  readonly caller: Caller;
  readonly mutation: string;
  /** As sent; only its hash is kept. */
  readonly input: object;
  readonly idempotencyKey?: string | null | undefined;
}

/** The reconciler's and the relay's own writes: repeatable by what they write. */
export const ownIntent = (caller: Caller): Intent => ({ caller, mutation: "", input: {} });

const hashOf = ({ mutation, input }: Intent): string =>
  createHash("sha256").update(mutation).update("\u001f").update(JSON.stringify(input)).digest("hex");

export function usedKey(intent: Intent, at: Date): UsedKey | null {
  if (!intent.idempotencyKey) return null;
  return { key: keyOf(intent.caller.name, intent.idempotencyKey), hash: hashOf(intent), at };
}

/**
 * The record that a mutation with this idempotency key made or changed already, in whatever collection.
 * @throws CONFLICT if the key was used for another mutation or input, NOT_FOUND where the record is gone.
 */
export async function earlierEffect(store: Store, intent: Intent): Promise<AnyRecord | null> {
  const used = usedKey(intent, new Date(0));
  if (!used) return null;
  const found = await Promise.all(
    Object.values(store.byKind).map((records: Records<AnyRecord>) =>
      records.findOne({ "used_keys.key": trusted({ $eq: used.key }) }).lean(),
    ),
  );
  const record = found.find((each) => each !== null);
  return record && refuseOtherUse(record, used) ? record : null;
}

/** True if the record has the key from the same request. @throws CONFLICT if it has it from another one. */
export function refuseOtherUse({ used_keys = [] }: AnyRecord, { key, hash }: UsedKey): boolean {
  const earlier = used_keys.find((each) => each.key === key);
  if (earlier && earlier.hash !== hash)
    throw new DomainError("CONFLICT", "This idempotency key was used for another request: choose a new one.", [
      "input",
      "idempotencyKey",
    ]);
  return earlier !== undefined;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** The keys of a record that still count: without this bound a record that is changed for years would grow with every change. */
export const keptKeys = ({ used_keys = [] }: AnyRecord, now: Date): UsedKey[] =>
  used_keys.filter(({ at }) => now.getTime() - at.getTime() < DAY_MS);

/** The parts of the app that acting needs. */
interface Acting {
  readonly store: Store;
  readonly work: { relay(record: string): Promise<void> };
}

/**
 * Acts once per idempotency key: the key is looked up before any other check, and again where the act fails, since
 * another process may have been quicker with the same request. What the act wrote is relayed before it is answered, so
 * that its work exists by then, and whoever does one thing after another is heard in that order.
 */
export async function idempotent<T extends AnyRecord>(
  { store, work }: Acting,
  intent: Intent,
  act: () => Promise<T>,
): Promise<T> {
  const earlier = await earlierEffect(store, intent);
  if (earlier) return stillThere<T>(earlier);
  try {
    const record = await act();
    await work.relay(record._id);
    return record;
  } catch (error) {
    const made = await earlierEffect(store, intent);
    if (made) return stillThere<T>(made);
    throw error;
  }
}

function stillThere<T extends AnyRecord>(record: AnyRecord): T {
  if (record.deleted)
    throw new DomainError(
      "NOT_FOUND",
      "The record that this request made has been deleted since: choose a new idempotency key to make another.",
    );
  return record as T;
}

/** Takes the idempotency key of a request back that was refused after its first write: its repeat is tried again. */
export async function releaseIdempotencyKey<T extends AnyRecord>(
  records: Records<T>,
  id: string,
  intent: Intent,
): Promise<void> {
  const used = usedKey(intent, new Date(0));
  if (!used) return;
  await records.collection.updateOne(
    { _id: id } as object,
    { $pull: { used_keys: { key: used.key, hash: used.hash } } } as object,
  );
}
