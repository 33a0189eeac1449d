import { trusted } from "mongoose";
import type { AnyRecord } from "../graph/stored-record.js";
import type { Store } from "../store/store.js";
import type { HeardEvent } from "./heard-event.js";

/** True if the record takes its place among those of its name: as it is inserted, or as its files are all there. */
const isCommit = ({ kinds }: Pick<Store, "kinds">, { kind, action, fields }: HeardEvent): boolean => {
  const { supersedes } = kinds[kind];
  return supersedes === "WHEN_INSERTED" ? action === "INSERT" : supersedes !== undefined && fields.includes("seq");
};

/** The record that lost its name to the one of the event, or null if it took none from any. */
export async function supersededBy(
  store: Pick<Store, "byKind" | "kinds">,
  event: HeardEvent,
): Promise<AnyRecord | null> {
  if (!isCommit(store, event)) return null;
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
