import type { App } from "../app.js";
import { type Kind, kindOf } from "../graph/id.js";
import type { AnyRecord, OutboxEntry } from "../graph/stored-record.js";
import { supersedeEarlier } from "../store/insert-record.js";
import { isDuplicateKey } from "../store/store-errors.js";
import type { Store } from "../store/store.js";
import { requestCancel } from "./write-job.js";

/** Does the work that follows from a change of a record. It must be repeatable: after a crash it is called again. */
export type OutboxHandler<T extends AnyRecord = AnyRecord> = (app: App, record: T, entry: OutboxEntry) => Promise<void>;

/** Named by the wiring, so that jobs import no use-case. */
export type OutboxHandlers = Partial<Record<Kind, OutboxHandler<never>>>;

/**
 * Relays the outbox of one record in order: the event, the handler, then the removal of the entries. After a crash in
 * between, all is repeated.
 * @returns true if one of the changes cancelled the work of the record.
 */
export async function relay(app: App, handlers: OutboxHandlers, id: string): Promise<boolean> {
  const kind = kindOf(id);
  if (!kind) return false;
  const records = app.store.byKind[kind];
  const record = await records.findOne({ _id: id }).lean<AnyRecord>();
  const entries = [...(record?.outbox ?? [])].sort((one, other) => one.version - other.version);
  const last = entries.at(-1);
  if (!record || !last) return false;
  for (const entry of entries) {
    await publishEvent(app.store, record, entry);
    // A tombstone needs no work: the fields of its record are gone.
    if (!record.deleted) await (handlers[kind] as OutboxHandler | undefined)?.(app, record, entry);
    if (entry.after.cancel === true) await requestCancel(app.store, id);
  }
  if (app.store.kinds[kind].supersedes && record.seq !== undefined && !record.deleted)
    await supersedeEarlier(records, record.key, record.seq);
  await records.collection.updateOne(
    { _id: id } as object,
    { $pull: { outbox: { version: { $lte: last.version } } } } as object,
  );
  return entries.some(({ after }) => after.cancel === true);
}

async function publishEvent({ events }: Store, record: AnyRecord, entry: OutboxEntry): Promise<void> {
  try {
    await events.insertOne({ ...entry, _id: `${record._id}.${entry.version}`, record: record._id, key: record.key });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}
