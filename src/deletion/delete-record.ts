import type { App } from "../app.js";
import { type Kind, kindOfRecord } from "../graph/id.js";
import type { AnyRecord } from "../graph/stored-record.js";
import { changeRecord } from "../store/change-record.js";
import { findEarlierEffect, type Intent, releaseIdempotencyKey } from "../store/idempotency.js";
import { findByIds, requireCurrent } from "../store/read-records.js";
import { planDeletion } from "./deletion-plan.js";
import { type Deletion, remainingOf } from "./deletion.js";
import { finishDeletion } from "./finish-deletion.js";
import { refuseOwning, refuseUsed } from "./in-use.js";

/** Says which records are deleted with the target. */
export interface DeletionScope {
  /** True for all that it owns. */
  readonly cascade: boolean;
  /** True for the earlier records of its name. */
  readonly withEarlier?: boolean;
  /** A further check, called before and after the mark. @throws its refusal */
  readonly refuse?: (target: AnyRecord) => Promise<void>;
}

/**
 * Deletes the current record of the names and, with `cascade`, all that it owns. It is marked, its work is cancelled,
 * and the mutation answers. It is removed once none of its containers runs.
 * @throws NOT_FOUND, IN_USE with the users' names
 */
export const deleteRecord = (
  app: App,
  intent: Intent,
  kind: Kind,
  names: readonly string[],
  cascade: boolean,
): Promise<Deletion> =>
  deleteOnce(app, intent, { cascade }, () =>
    requireCurrent(app.store.byKind[kind], app.store.kinds[kind].label, names, ["input"]),
  );

/** Deletes the record that `find` returns, once for each idempotency key. */
export async function deleteOnce(
  app: App,
  intent: Intent,
  scope: DeletionScope,
  find: () => Promise<AnyRecord>,
): Promise<Deletion> {
  const earlier = await earlierDeletion(app, intent);
  if (earlier) return earlier;
  try {
    return await deleteFound(app, intent, await find(), scope);
  } catch (error) {
    // The same request may have been sent twice at once.
    const concurrent = await earlierDeletion(app, intent);
    if (concurrent) return concurrent;
    throw error;
  }
}

async function earlierDeletion(app: App, intent: Intent): Promise<Deletion | null> {
  const earlier = await findEarlierEffect(app.store, intent);
  if (!earlier) return null;
  const isDone = earlier.deleted === true || (await tryToFinish(app, earlier, intent));
  return deletionOf(app, earlier, isDone);
}

/** Deletes a record that the caller has read. */
export async function deleteFound(
  app: App,
  intent: Intent,
  target: AnyRecord,
  scope: DeletionScope,
): Promise<Deletion> {
  const { store } = app;
  const records = store.byKind[kindOfRecord(target)];
  const mark = (deleting: boolean) => ({ deleting, ...(scope.withEarlier && { with_earlier: deleting }) });
  const marked = { ...target, ...mark(true) };
  await refuse(app, marked, scope);
  await changeRecord(records, target._id, () => mark(true), intent);
  try {
    // Again: it may have come into use before the mark.
    await refuse(app, marked, scope);
  } catch (error) {
    await changeRecord(records, target._id, () => mark(false), { ...intent, idempotencyKey: null });
    await releaseIdempotencyKey(records, target._id, intent);
    throw error;
  }
  return deletionOf(app, marked, await tryToFinish(app, target, intent));
}

/** Returns true if the marked record is removed now. The mark is the commit: after an error, the sweep goes on. */
async function tryToFinish(app: App, target: AnyRecord, intent: Intent): Promise<boolean> {
  try {
    const [marked] = await findByIds(app.store.byKind[kindOfRecord(target)], [target._id]);
    if (!marked || (await finishDeletion(app, marked, intent))) return true;
  } catch (error) {
    app.logger.warn({ event: "deletion_unfinished", record: target._id, err: error });
  }
  app.work.lookForLeftovers();
  return false;
}

async function refuse(
  { store }: App,
  target: AnyRecord,
  { cascade, refuse: refuseOther }: DeletionScope,
): Promise<void> {
  const plan = await planDeletion(store, target);
  if (!cascade) await refuseOwning(store, plan, target);
  await refuseUsed(store, plan);
  await refuseOther?.(target);
}

const deletionOf = async ({ store }: App, target: AnyRecord, done: boolean): Promise<Deletion> => ({
  id: target._id,
  done,
  ...(await remainingOf(store, target)),
});
