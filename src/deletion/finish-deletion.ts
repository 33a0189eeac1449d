import type { App } from "../app.js";
import { ROCAS } from "../caller.js";
import { DomainError } from "../errors.js";
import type { Kind } from "../graph/id.js";
import type { AnyRecord } from "../graph/stored-record.js";
import { changeRecord } from "../store/change-record.js";
import { type Intent, systemIntent } from "../store/idempotency.js";
import { supersedeEarlier } from "../store/insert-record.js";
import type { Store } from "../store/store.js";
import { leaveTombstone } from "../store/tombstone.js";
import { planDeletion, type PlannedDeletion } from "./deletion-plan.js";

/** True if one of the records may still have a container. */
async function isAnyRunning(store: Store, ids: readonly string[]): Promise<boolean> {
  return (await store.jobs.findOne({ _id: { $in: [...ids] }, cleanup: "PENDING" })) !== null;
}

/**
 * Takes a marked deletion as far as it can go. Returns true if the record is removed. Cancels the work of all planned
 * records. Once it has ended, removes children before owners and earlier records before the current one; images, logs
 * and secrets last. Repeatable: after a crash the record is still `deleting`, and the next sweep goes on.
 */
export async function finishDeletion(
  app: App,
  target: AnyRecord,
  intent: Intent = systemIntent(ROCAS),
): Promise<boolean> {
  const { store } = app;
  const plan = await planDeletion(store, target);
  await cancelWork(app, plan, intent);
  if (
    await isAnyRunning(
      store,
      plan.map(({ record }) => record._id),
    )
  )
    return false;
  for (const { kind, record } of plan) {
    await releaseHoldings(app, kind, record);
    // The relay may not have marked the earlier record yet, and cannot do so once this one is gone.
    if (store.kinds[kind].supersedes && record.seq !== undefined && !record.superseded)
      await supersedeEarlier(store.byKind[kind], record.key, record.seq);
    await leaveTombstone(store.byKind[kind], record._id, { ...intent, idempotencyKey: null });
    await removeTraces(app, kind, record);
  }
  return true;
}

/** Requests the end of the work; the reconciler ends it. Repeatable. */
async function cancelWork(app: App, plan: readonly PlannedDeletion[], intent: Intent): Promise<void> {
  const own = { ...intent, idempotencyKey: null };
  await Promise.all(
    plan.map(async (each) => {
      try {
        if (await requestEnd(app, each, own)) await app.work.relay(each.record._id);
      } catch (error) {
        // Another process may have removed it in the same deletion.
        if (!(error instanceof DomainError && error.code === "NOT_FOUND")) throw error;
      }
    }),
  );
}

/** Returns true if the end of the work was not requested before. */
async function requestEnd({ store }: App, { kind, record }: PlannedDeletion, intent: Intent): Promise<boolean> {
  const { end } = store.kinds[kind];
  const stored = record as unknown as Readonly<Record<string, unknown>>;
  if (!end || Object.entries(end).every(([field, value]) => stored[field] === value)) return false;
  await changeRecord(store.byKind[kind], record._id, () => end, intent);
  return true;
}

/** Releases the holding of a record before its removal. Repeatable. */
async function releaseHoldings({ store, holdings }: App, kind: Kind, record: AnyRecord): Promise<void> {
  const { holds } = store.kinds[kind];
  if (holds) await holdings[holds].release(record);
}

/** Removes the leftovers of a record: its unneeded image, log and job. */
async function removeTraces({ store, holdings, logger }: App, kind: Kind, record: AnyRecord): Promise<void> {
  const { holds, log } = store.kinds[kind];
  try {
    if (holds) await holdings[holds].removeTraces?.(record);
    if (log === "OF_JOB") {
      await store.logs.deleteMany({ job: record._id });
      await store.jobs.deleteOne({ _id: record._id });
    }
  } catch (error) {
    // Leftovers cost only space, so a warning is enough.
    logger.warn({ event: "trace_left", record: record._id, err: error });
  }
}
