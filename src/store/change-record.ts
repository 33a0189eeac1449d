import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { trusted } from "mongoose";
import { DomainError } from "../errors.js";
import type { AnyRecord, OutboxEntry } from "../graph/stored-record.js";
import { type Intent, keptKeys, refuseOtherUse, usedKey } from "./idempotency.js";
import { isDuplicateKey } from "./store-errors.js";
import type { Records } from "./store.js";

/** Bookkeeping that only the door itself sets. */
type Kept = "_id" | "key" | "version" | "created_at" | "created_by" | "modified_at" | "outbox" | "used_keys";
export type Change<T extends AnyRecord> = Partial<Omit<T, Kept>>;

/** A thousand files of one record may arrive at the same time, each a change of it. */
const MAX_TRIES = 40;
const PAUSE_MS = 5;

/**
 * The door for changes: fields, version, outbox entry and idempotency key in one compare-and-set on the version.
 * @param decide what to change, given the record as it is; asked again where somebody else was quicker. Null, or a
 *   change that changes nothing: no write (unless an idempotency key is to be kept).
 * @throws NOT_FOUND if the record is gone, CONFLICT where others are always quicker, and what `decide` throws.
 */
export async function changeRecord<T extends AnyRecord>(
  records: Records<T>,
  id: string,
  decide: (current: T) => Change<T> | null,
  intent: Intent,
  action: OutboxEntry["action"] = "CHANGE",
): Promise<T> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    // By chance, so that those who met once do not meet again.
    if (tries > 0) await pause(Math.random() * PAUSE_MS * tries);
    const current = (await records.findOne({ _id: id, deleted: trusted({ $ne: true }) }).lean()) as T | null;
    if (!current) throw new DomainError("NOT_FOUND", "The record was deleted while this was under way.", ["input"]);
    const at = new Date();
    const used = usedKey(intent, at);
    // The same request, sent twice at once: the other one was quicker.
    if (used && refuseOtherUse(current, used)) return current;
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
            $set: { ...after, modified_at: at, ...(used ? { used_keys: [...keptKeys(current, at), used] } : {}) },
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
