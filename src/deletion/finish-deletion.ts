import { trusted } from "mongoose";
import type { App } from "../app.js";
import { ROCAS } from "../caller.js";
import { DomainError } from "../errors.js";
import { type Kind, KINDS } from "../graph/id.js";
import type { AnyRecord } from "../graph/stored-record.js";
import type { RecordKind } from "../kinds/record-kind.js";
import { changeRecord } from "../store/change-record.js";
import { holdsPlace } from "../store/generations.js";
import { type Intent, ownIntent } from "../store/idempotency.js";
import { supersedeEarlier } from "../store/insert-record.js";
import type { Records, Store } from "../store/store.js";
import { leaveTombstone } from "../store/tombstone.js";
import { planDeletion, type PlannedDeletion } from "./deletion-plan.js";

const DAY = 24 * 60 * 60 * 1000;

const TOMBSTONES = 500;

/** True if a job of one of the records may still have something running. */
async function stillRuns(store: Store, ids: readonly string[]): Promise<boolean> {
  return (await store.jobs.findOne({ _id: { $in: [...ids] }, cleanup: "PENDING" })) !== null;
}

/**
 * Carries a deletion on as far as it goes: the end of the work of all that goes is asked for, then children before their owners, listed anew, the earlier records of a key
 * before its current one, traces (images, logs, secrets) last. Gives whether the record is gone.
 * Repeatable: a crash between leaves the record `deleting`, and the next sweep goes on.
 */
export async function finishDeletion(app: App, target: AnyRecord, intent: Intent = ownIntent(ROCAS)): Promise<boolean> {
  const { store } = app;
  const doomed = await planDeletion(store, target);
  await endWork(app, doomed, intent);
  if (
    await stillRuns(
      store,
      doomed.map(({ record }) => record._id),
    )
  )
    return false;
  for (const { kind, record } of doomed) {
    await releaseHoldings(app, kind, record);
    // Its own mark on the one before it may be missing still, and without the record nobody would make it.
    if (store.kinds[kind].supersedes && record.seq !== undefined && !record.superseded)
      await supersedeEarlier(store.byKind[kind], record.key, record.seq);
    await leaveTombstone(store.byKind[kind], record._id, { ...intent, idempotencyKey: null });
    await removeTraces(app, kind, record);
  }
  return true;
}

/** Goes on with every deletion that is under way, and lets tombstones go after a day. */
export async function sweepDeletions(app: App): Promise<void> {
  for (const kind of KINDS) {
    const records = app.store.byKind[kind];
    const marked = (await records
      .find({ deleting: true, deleted: trusted({ $ne: true }) } as object)
      .lean()) as AnyRecord[];
    for (const record of marked)
      // One that cannot go must not keep the others.
      await finishDeletion(app, record).catch((error: unknown) =>
        app.logger.warn({ event: "deletion_unfinished", record: record._id, err: error }),
      );
    await sweepTombstones(app.store.kinds[kind], records);
  }
}

async function sweepTombstones({ supersedes }: RecordKind, records: Records<AnyRecord>): Promise<void> {
  const old = { deleted: true, modified_at: trusted({ $lt: new Date(Date.now() - DAY) }) } as object;
  if (!supersedes) return void (await records.deleteMany(old));
  const tombstones = await records.find(old, { key: 1, seq: 1 }).limit(TOMBSTONES).lean<AnyRecord[]>();
  for (const tombstone of tombstones) {
    const { _id } = tombstone;
    // Asked again a day later. Its idempotency keys have had their day.
    if (await holdsPlace(records, tombstone))
      await records.collection.updateOne({ _id } as object, {
        $set: { modified_at: new Date() },
        $unset: { used_keys: 1 },
      });
    else await records.deleteOne({ _id, deleted: true } as object);
  }
}

/** Wishes the end of the work of all that goes; the reconciler brings it about. Repeatable: what was asked is not asked again. */
async function endWork(app: App, doomed: readonly PlannedDeletion[], intent: Intent): Promise<void> {
  const own = { ...intent, idempotencyKey: null };
  await Promise.all(
    doomed.map(async (each) => {
      try {
        if (await isAsked(app, each, own)) await app.work.relay(each.record._id);
      } catch (error) {
        // Gone meanwhile, by another process that carries the same deletion on.
        if (!(error instanceof DomainError && error.code === "NOT_FOUND")) throw error;
      }
    }),
  );
}

/** Asks the work of one record to end. Returns true if it was not asked before. */
async function isAsked({ store }: App, { kind, record }: PlannedDeletion, intent: Intent): Promise<boolean> {
  const { end } = store.kinds[kind];
  const stored = record as unknown as Readonly<Record<string, unknown>>;
  if (!end || Object.entries(end).every(([field, value]) => stored[field] === value)) return false;
  await changeRecord(store.byKind[kind], record._id, () => end, intent);
  return true;
}

/** Gives up the files, the image or the secret of a record that is about to go. Repeatable. */
async function releaseHoldings({ store, holdings }: App, kind: Kind, record: AnyRecord): Promise<void> {
  const { holds } = store.kinds[kind];
  if (holds) await holdings[holds].release(record);
}

/** Removes what a record leaves outside its collection beside files: its image if no other record needs it, its log, its job. */
async function removeTraces({ store, holdings, logger }: App, kind: Kind, record: AnyRecord): Promise<void> {
  const { holds, log } = store.kinds[kind];
  try {
    if (holds) await holdings[holds].removeTraces?.(record);
    if (log === "OF_JOB") {
      await store.logs.deleteMany({ job: record._id });
      await store.jobs.deleteOne({ _id: record._id });
    }
  } catch (error) {
    // The record is gone and nobody can reach the trace: what is left costs space only, and the operator is told.
    logger.warn({ event: "trace_left", record: record._id, err: error });
  }
}
