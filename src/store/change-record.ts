import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { trusted } from "mongoose";
import { DomainError } from "../errors.js";
import type { AnyRecord, OutboxEntry } from "../graph/stored-record.js";
import { type Intent, isSameRequest, recentKeys, usedKeyOf } from "./idempotency.js";
import { isDuplicateKey } from "./store-errors.js";
import type { Records } from "./store.js";

/** The fields that only `changeRecord` itself sets. */
type Bookkeeping = "_id" | "key" | "version" | "created_at" | "created_by" | "modified_at" | "outbox" | "used_keys";
export type Change<T extends AnyRecord> = Partial<Omit<T, Bookkeeping>>;

/** A thousand files of one record may arrive at once, each a change. */
const MAX_TRIES = 40;
const PAUSE_MS = 5;

/**
 * Changes a record: fields, version, outbox entry and idempotency key in one compare-and-set on the version.
 * @param decide returns the change for the record as it is. It is called again if another write came first. Null or a
 *   change without effect writes nothing, unless an idempotency key must be stored.
 * @throws NOT_FOUND if the record is gone, CONFLICT if other writes always come first, and the errors of `decide`.
 */
export async function changeRecord<T extends AnyRecord>(
  records: Records<T>,
  id: string,
  decide: (current: T) => Change<T> | null,
  intent: Intent,
  action: OutboxEntry["action"] = "CHANGE",
): Promise<T> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    // A random pause: writers that collided once should not collide again.
    if (tries > 0) await pause(Math.random() * PAUSE_MS * tries);
    const current = (await records.findOne({ _id: id, deleted: trusted({ $ne: true }) }).lean()) as T | null;
    if (!current) throw new DomainError("NOT_FOUND", "The record was deleted while this was under way.", ["input"]);
    const at = new Date();
    const used = usedKeyOf(intent, at);
    // The same request was sent twice, and the other one came first.
    if (used && isSameRequest(current, used)) return current;
    const change = decide(current);
    const changed = Object.entries(change ?? {}).filter(
      ([field, value]) => !isDeepStrictEqual(value, current[field as keyof T]),
    );
    if (changed.length === 0 && !used) return current;
    const after = Object.fromEntries(changed);
    const before = Object.fromEntries(changed.map(([field]) => [field, current[field as keyof T] ?? null]));
    const entry: OutboxEntry = { version: current.version + 1, at, caller: intent.caller.name, action, before, after };
    try {
      const written = await records
        .findOneAndUpdate(
          { _id: id, version: current.version },
          {
            $set: { ...after, modified_at: at, ...(used ? { used_keys: [...recentKeys(current, at), used] } : {}) },
            $inc: { version: 1 },
            $push: { outbox: entry },
          } as object,
          { returnDocument: "after" },
        )
        .lean();
      if (written) return written as T;
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      throw new DomainError("CONFLICT", "Somebody else made the same change first: read the record again.", undefined, {
        cause: error,
      });
    }
  }
  throw new DomainError("CONFLICT", "The record changes too quickly; try again.");
}
