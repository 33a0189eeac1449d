import { trusted } from "mongoose";
import type { App } from "../app.js";
import { kindOfRecord, KINDS } from "../graph/id.js";
import type { AnyRecord } from "../graph/stored-record.js";
import type { RecordKind } from "../kinds/record-kind.js";
import { mustKeepSeq } from "../store/generations.js";
import { findByIds } from "../store/read-records.js";
import type { Records } from "../store/store.js";
import { DAY_MS } from "../units.js";
import { finishDeletion } from "./finish-deletion.js";

const TOMBSTONE_MS = DAY_MS;
const TOMBSTONE_BATCH = 500;

/** Takes an unfinished deletion further. */
export async function resumeDeletion(app: App, id: string): Promise<void> {
  const [record] = await findByIds<AnyRecord>(app.store.byKind[kindOfRecord({ _id: id })], [id]);
  if (record?.deleting && !record.deleted) await finishDeletion(app, record);
}

/** Removes tombstones after a day. */
export async function sweepTombstones({ store }: Pick<App, "store">): Promise<void> {
  for (const kind of KINDS) await sweepTombstonesOf(store.kinds[kind], store.byKind[kind]);
}

async function sweepTombstonesOf({ supersedes }: RecordKind, records: Records<AnyRecord>): Promise<void> {
  const old = { deleted: true, modified_at: trusted({ $lt: new Date(Date.now() - TOMBSTONE_MS) }) } as object;
  if (!supersedes) return void (await records.deleteMany(old));
  const tombstones = await records.find(old, { key: 1, seq: 1 }).limit(TOMBSTONE_BATCH).lean<AnyRecord[]>();
  for (const tombstone of tombstones) {
    const { _id } = tombstone;
    // Looked at again in a day. Its idempotency keys have expired.
    if (await mustKeepSeq(records, tombstone))
      await records.collection.updateOne({ _id } as object, {
        $set: { modified_at: new Date() },
        $unset: { used_keys: 1 },
      });
    else await records.deleteOne({ _id, deleted: true } as object);
  }
}
