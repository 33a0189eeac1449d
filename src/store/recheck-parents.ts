import { parentBeingDeleted } from "../errors.js";
import type { AnyRecord } from "../graph/stored-record.js";
import { type Intent, releaseIdempotencyKey } from "./idempotency.js";
import { findByIds } from "./read-records.js";
import type { Records } from "./store.js";
import { leaveTombstone } from "./tombstone.js";

/** @throws CONFLICT if the parent of a new record is being deleted. */
export function refuseDeleting(parent: AnyRecord): void {
  if (parent.deleting) throw parentBeingDeleted();
}

/** True if one of the needed records is being deleted or is gone. */
async function isAnyBeingDeleted<T extends AnyRecord>(records: Records<T>, ids: readonly string[]): Promise<boolean> {
  const needed = new Set(ids);
  if (needed.size === 0) return false;
  const found = await findByIds(records, [...needed]);
  return found.length < needed.size || found.some(({ deleting }) => deleting);
}

/**
 * Checks needed records after a write. If the store does not answer, the result is false: the write is committed, and
 * its answer must say so. A deletion that did begin lists its children again before it removes the record.
 */
export const isDeletedMeanwhile = <T extends AnyRecord>(
  records: Records<T>,
  ids: readonly string[],
): Promise<boolean> => isAnyBeingDeleted(records, ids).catch(() => false);

/**
 * Reads the parent again after the insert of a child. A deletion that began after the first check has not listed this
 * child, so the child is removed again.
 * @throws CONFLICT
 */
export const recheckParent = <C extends AnyRecord, P extends AnyRecord>(
  child: C,
  children: Records<C>,
  parents: Records<P>,
  parentId: string,
  intent: Intent,
): Promise<C> => recheckParents(child, children, intent, [[parents as unknown as Records<AnyRecord>, [parentId]]]);

/**
 * Reads all that a new record needs again after its insert, and removes the record if one of them is being deleted.
 * @throws CONFLICT
 */
export async function recheckParents<T extends AnyRecord>(
  record: T,
  records: Records<T>,
  intent: Intent,
  needed: readonly (readonly [Records<AnyRecord>, readonly string[]])[],
): Promise<T> {
  const deleted = await Promise.all(needed.map(([parents, ids]) => isDeletedMeanwhile(parents, ids)));
  if (!deleted.includes(true)) return record;
  await leaveTombstone(records, record._id, { ...intent, idempotencyKey: null });
  await releaseIdempotencyKey(records, record._id, intent);
  throw parentBeingDeleted();
}
