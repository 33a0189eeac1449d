import { trusted } from "mongoose";
import type { Kind } from "../graph/id.js";
import type { AnyRecord } from "../graph/stored-record.js";
import type { Store } from "../store/store.js";
import type { HeardEvent } from "./heard-event.js";

/** Rebuilding a tag inserts its successor; a record with files succeeds when it has its place. */
const isCommit = ({ kind, action, fields }: HeardEvent): boolean => {
  const succeeds: Partial<Record<Kind, boolean>> = {
    bvers: action === "INSERT",
    dataset: fields.includes("seq"),
    movers: fields.includes("seq"),
  };
  return succeeds[kind] === true;
};

/** The record that lost its name to the one of the event, or null where it took none from any. */
export async function supersededBy(store: Pick<Store, "byKind">, event: HeardEvent): Promise<AnyRecord | null> {
  if (!isCommit(event)) return null;
  const records = store.byKind[event.kind];
  const successor = await records.findOne({ _id: event.record }, { seq: 1 }).lean<AnyRecord>();
  if (!successor?.seq || successor.seq < 2) return null;
  const [earlier] = await records
    .find({ key: trusted({ $eq: event.key }), seq: trusted({ $lt: successor.seq }) }, { version: 1, deleted: 1 })
    .sort({ key: -1, seq: -1 })
    .limit(1)
    .lean<AnyRecord[]>();
  return earlier && !earlier.deleted ? earlier : null;
}
