import { trusted } from "mongoose";
import type { App } from "../app.js";
import { KINDS } from "../graph/id.js";
import type { AnyRecord } from "../graph/stored-record.js";
import type { RecordKind } from "../kinds/record-kind.js";
import { mustKeepSeq } from "../store/generations.js";
import type { Records } from "../store/store.js";
import { DAY_MS } from "../units.js";
import { finishDeletion } from "./finish-deletion.js";

const TOMBSTONE_MS = DAY_MS;
const TOMBSTONE_BATCH = 500;

/** Takes every unfinished deletion further, and removes tombstones after a day. */
export async function sweepDeletions(app: App): Promise<void> {
  for (const kind of KINDS) {
    const records = app.store.byKind[kind];
    const marked = (await records
      .find({ deleting: true, deleted: trusted({ $ne: true }) } as object)
      .lean()) as AnyRecord[];
    for (const record of marked)
      // One that fails must not stop the others.
      await finishDeletion(app, record).catch((error: unknown) =>
        app.logger.warn({ event: "deletion_unfinished", record: record._id, err: error }),
      );
    await sweepTombstones(app.store.kinds[kind], records);
  }
}

async function sweepTombstones({ supersedes }: RecordKind, records: Records<AnyRecord>): Promise<void> {
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
