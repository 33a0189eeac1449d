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

/** True if a needed record is being deleted or is gone. */
async function isBeingDeleted<T extends AnyRecord>(records: Records<T>, id: string): Promise<boolean> {
  const [found] = await findByIds(records, [id]);
  return !found || found.deleting;
}

/**
 * Checks a needed record after a write. If the store does not answer, the result is false: the write is committed, and
 * its answer must say so. A deletion that did begin lists its children again before it removes the record.
 */
export const isDeletedMeanwhile = <T extends AnyRecord>(records: Records<T>, id: string): Promise<boolean> =>
  isBeingDeleted(records, id).catch(() => false);

/**
 * Reads the parent again after the insert of a child. A deletion that began after the first check has not listed this
 * child, so the child is removed again.
 * @throws CONFLICT
 */
export async function recheckParent<C extends AnyRecord, P extends AnyRecord>(
  child: C,
  children: Records<C>,
  parents: Records<P>,
  parentId: string,
  intent: Intent,
): Promise<C> {
  if (!(await isDeletedMeanwhile(parents, parentId))) return child;
  await leaveTombstone(children, child._id, { ...intent, idempotencyKey: null });
  await releaseIdempotencyKey(children, child._id, intent);
  throw parentBeingDeleted();
}

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
  for (const [parents, ids] of needed) for (const id of ids) await recheckParent(record, records, parents, id, intent);
  return record;
}
