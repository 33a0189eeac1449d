import type { App } from "../app.js";
import { type Kind, kindOfRecord } from "../graph/id.js";
import type { AnyRecord } from "../graph/stored-record.js";
import { changeRecord } from "../store/change-record.js";
import { earlierEffect, releaseIdempotencyKey, type Intent } from "../store/idempotency.js";
import { findByIds, requireCurrent } from "../store/read-records.js";
import { planDeletion } from "./deletion-plan.js";
import { type Deletion, remainingOf } from "./deletion.js";
import { finishDeletion } from "./finish-deletion.js";
import { refuseOwning, refuseUsed } from "./in-use.js";

/** The records that go with the one that is deleted. */
export interface DeletionScope {
  /** All that it owns. */
  readonly cascade: boolean;
  /** The earlier records of its name. */
  readonly withEarlier?: boolean;
  /** Throws if something else forbids it; called before the mark and after it. @throws why it must stay */
  readonly refuse?: (target: AnyRecord) => Promise<void>;
}

/**
 * Deletes what is current under the names and, with `cascade`, all that it owns. Marks it, ends the work of all that
 * goes, and answers; the record goes once nothing of it runs any more.
 * @throws NOT_FOUND, IN_USE naming by what.
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

/** Deletes what `find` gives, once per idempotency key. */
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
    // The same request, sent twice at once: the other one was quicker.
    const made = await earlierDeletion(app, intent);
    if (made) return made;
    throw error;
  }
}

async function earlierDeletion(app: App, intent: Intent): Promise<Deletion | null> {
  const earlier = await earlierEffect(app.store, intent);
  if (!earlier) return null;
  const isDone = earlier.deleted === true || (await hasGone(app, earlier, intent));
  return deletionOf(app, earlier, isDone);
}

/** The same for a record that is already at hand. */
export async function deleteFound(
  app: App,
  intent: Intent,
  target: AnyRecord,
  scope: DeletionScope,
): Promise<Deletion> {
  const { store } = app;
  const records = store.byKind[kindOfRecord(target)];
  const mark = (deleting: boolean) => ({ deleting, ...(scope.withEarlier && { with_earlier: deleting }) });
  const doomed = { ...target, ...mark(true) };
  await refuse(app, doomed, scope);
  await changeRecord(records, target._id, () => mark(true), intent);
  try {
    // Once more: something may have begun to use it between the check and the mark, and from the mark on nothing can.
    await refuse(app, doomed, scope);
  } catch (error) {
    await changeRecord(records, target._id, () => mark(false), { ...intent, idempotencyKey: null });
    await releaseIdempotencyKey(records, target._id, intent);
    throw error;
  }
  return deletionOf(app, doomed, await hasGone(app, target, intent));
}

/** True if the marked record is gone by this try. The mark is the commit: what fails after it, the sweep goes on with. */
async function hasGone(app: App, target: AnyRecord, intent: Intent): Promise<boolean> {
  try {
    const [marked] = await findByIds(app.store.byKind[kindOfRecord(target)], [target._id]);
    return !marked || (await finishDeletion(app, marked, intent));
  } catch (error) {
    app.logger.warn({ event: "deletion_unfinished", record: target._id, err: error });
    return false;
  }
}

async function refuse({ store }: App, target: AnyRecord, { cascade, refuse: others }: DeletionScope): Promise<void> {
  const doomed = await planDeletion(store, target);
  if (!cascade) await refuseOwning(store, doomed, target);
  await refuseUsed(store, doomed);
  await others?.(target);
}

const deletionOf = async ({ store }: App, target: AnyRecord, done: boolean): Promise<Deletion> => ({
  id: target._id,
  done,
  ...(await remainingOf(store, target)),
});
