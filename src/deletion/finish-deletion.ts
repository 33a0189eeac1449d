import { trusted } from "mongoose";
import type { App } from "../app.js";
import { ROCAS } from "../caller.js";
import type { AnyRecord } from "../graph/stored-record.js";
import { entomb } from "../store/entomb.js";
import { type Intent, ownIntent } from "../store/intent.js";
import type { Store } from "../store/store.js";
import { allDoomed } from "./doomed.js";
import { giveUpFiles, removeTraces } from "./remove-traces.js";

const DAY = 24 * 60 * 60 * 1000;

/** Whether a job of one of the records may still have something running. */
async function stillRuns(store: Store, ids: readonly string[]): Promise<boolean> {
  return (await store.jobs.findOne({ _id: { $in: [...ids] }, cleanup: "PENDING" })) !== null;
}

/**
 * Carries a deletion on as far as it goes: children before their owners, listed anew, the earlier records of a key
 * before its current one, traces (images, logs, secrets) last. Gives whether the record is gone.
 * Repeatable: a crash between leaves the record `deleting`, and the next sweep goes on.
 */
export async function finishDeletion(app: App, target: AnyRecord, intent: Intent = ownIntent(ROCAS)): Promise<boolean> {
  const { store } = app;
  const doomed = await allDoomed(store, target);
  if (
    await stillRuns(
      store,
      doomed.map(({ record }) => record._id),
    )
  )
    return false;
  for (const { kind, record } of doomed) {
    await giveUpFiles(app, kind, record);
    await entomb(store.byKind[kind], record._id, { ...intent, idempotencyKey: null });
    await removeTraces(app, kind, record);
  }
  return true;
}

/** Goes on with every deletion that is under way, and lets tombstones go after a day. */
export async function sweepDeletions(app: App): Promise<void> {
  for (const records of Object.values(app.store.byKind)) {
    const marked = (await records
      .find({ deleting: true, deleted: trusted({ $ne: true }) } as object)
      .lean()) as AnyRecord[];
    for (const record of marked) await finishDeletion(app, record);
    await records.deleteMany({ deleted: true, modified_at: trusted({ $lt: new Date(Date.now() - DAY) }) } as object);
  }
}
