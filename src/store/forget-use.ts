import type { AnyRecord } from "../graph/stored-record.js";
import { type Intent, usedKey } from "./intent.js";
import type { Records } from "./store.js";

/** Takes the idempotency key of a request back that was refused after its first write: its repeat is tried again. */
export async function forgetUse<T extends AnyRecord>(records: Records<T>, id: string, intent: Intent): Promise<void> {
  const used = usedKey(intent, new Date(0));
  if (!used) return;
  await records.collection.updateOne(
    { _id: id } as object,
    { $pull: { used_keys: { key: used.key, hash: used.hash } } } as object,
  );
}
