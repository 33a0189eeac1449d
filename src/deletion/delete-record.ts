import type { App } from "../app.js";
import { type Kind, kindOfRecord } from "../graph/id.js";
import type { AnyRecord } from "../graph/stored-record.js";
import { changeRecord } from "../store/change-record.js";
import { byId } from "../store/current.js";
import { forgetUse } from "../store/forget-use.js";
import { earlierEffect, type Intent } from "../store/intent.js";
import { required } from "../store/required.js";
import type { Deletion } from "./deletion.js";
import { allDoomed } from "./doomed.js";
import { endWork } from "./end-work.js";
import { finishDeletion } from "./finish-deletion.js";
import { refuseOwning, refuseUsed } from "./in-use.js";
import { CALLED } from "./ownership.js";

/**
 * Deletes what is current under the names, with the earlier records of its key and, with `cascade`, all that it owns.
 * Marks it, ends the work of all that goes, and answers; the record goes once nothing of it runs any more.
 * @throws NOT_FOUND, IN_USE naming by what.
 */
export async function deleteRecord(
  app: App,
  intent: Intent,
  kind: Kind,
  names: readonly string[],
  cascade: boolean,
): Promise<Deletion> {
  const earlier = await earlierDeletion(app, intent);
  if (earlier) return earlier;
  try {
    const target = await required(app.store.byKind[kind], CALLED[kind], names, ["input"]);
    return await deleteFound(app, intent, target, cascade);
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
  return { id: earlier._id, done: earlier.deleted === true || (await finishDeletion(app, earlier, intent)) };
}

/** The same for a record that is already at hand. */
export async function deleteFound(app: App, intent: Intent, target: AnyRecord, cascade: boolean): Promise<Deletion> {
  const { store } = app;
  const records = store.byKind[kindOfRecord(target)];
  await refuse(app, target, cascade);
  await changeRecord(records, target._id, () => ({ deleting: true }), intent);
  try {
    // Once more: something may have begun to use it between the check and the mark, and from the mark on nothing can.
    await refuse(app, target, cascade);
  } catch (error) {
    await changeRecord(records, target._id, () => ({ deleting: false }), { ...intent, idempotencyKey: null });
    await forgetUse(records, target._id, intent);
    throw error;
  }
  await endWork(app, await allDoomed(store, target), intent);
  const [marked] = await byId(records, [target._id]);
  return { id: target._id, done: !marked || (await finishDeletion(app, marked, intent)) };
}

async function refuse({ store }: App, target: AnyRecord, cascade: boolean): Promise<void> {
  const doomed = await allDoomed(store, target);
  if (!cascade) await refuseOwning(store, doomed, target);
  await refuseUsed(store, doomed);
}
