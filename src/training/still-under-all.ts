import type { AnyRecord } from "../graph/stored-record.js";
import type { Intent } from "../store/intent.js";
import type { Records } from "../store/store.js";
import { underParent } from "../store/under-parent.js";

/**
 * Reads all that a new record needs again after its insert: a deletion that began meanwhile has not seen it. The record
 * is taken back where one of them is going.
 * @throws CONFLICT
 */
export async function stillUnderAll<T extends AnyRecord>(
  record: T,
  records: Records<T>,
  intent: Intent,
  needed: readonly (readonly [Records<AnyRecord>, readonly string[]])[],
): Promise<T> {
  for (const [parents, ids] of needed) for (const id of ids) await underParent(record, records, parents, id, intent);
  return record;
}
