import type { AnyRecord, OutboxEntry } from "../graph/stored-record.js";
import { type Intent, usedKeyOf } from "./idempotency.js";
import type { Records } from "./store.js";

const KEPT_FIELDS = new Set([
  "_id",
  "key",
  "seq",
  "version",
  "created_at",
  "created_by",
  "modified_at",
  "deleting",
  "superseded",
  "deleted",
  "outbox",
  "used_keys",
]);

/**
 * Deletes a record and leaves a tombstone for a day. So its idempotency keys still answer, and its `seq` is not used
 * again. Repeatable. Returns true if there was a record.
 * @param mayDelete is called with the record as it is. If it returns false, the record stays.
 */
export async function leaveTombstone<T extends AnyRecord>(
  records: Records<T>,
  id: string,
  intent: Intent,
  mayDelete: (current: T) => boolean = () => true,
): Promise<boolean> {
  for (;;) {
    const current = (await records.findOne({ _id: id } as object).lean()) as AnyRecord | null;
    if (!current || current.deleted || !mayDelete(current as T)) return false;
    const at = new Date();
    const used = usedKeyOf(intent, at);
    const unset = Object.fromEntries(
      Object.keys(current)
        .filter((field) => !KEPT_FIELDS.has(field))
        .map((field) => [field, 1]),
    );
    const entry: OutboxEntry = {
      version: current.version + 1,
      at,
      caller: intent.caller.name,
      action: "DELETE",
      // Subscribers can read the project of a deleted record nowhere else.
      before: "proj" in current ? { proj: current.proj } : {},
      after: {},
    };
    const { matchedCount } = await records.collection.updateOne({ _id: id, version: current.version } as object, {
      $set: { deleted: true, superseded: true, modified_at: at },
      ...(Object.keys(unset).length > 0 ? { $unset: unset } : {}),
      $inc: { version: 1 },
      $push: { outbox: entry, ...(used ? { used_keys: used } : {}) } as object,
    });
    if (matchedCount === 1) return true;
  }
}
