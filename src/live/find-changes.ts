import { trusted } from "mongoose";
import { namesOf } from "../graph/id.js";
import type { AnyRecord } from "../graph/stored-record.js";
import type { Store } from "../store/store.js";
import type { ChangeEvent } from "./change-event.js";
import { RecordAction, type RecordChange } from "./record-change.js";

type Read = Pick<Store, "byKind" | "kinds">;

/** Returns the changes that an event is to clients: the loss of a name to its record, if there is one, and its own. */
export async function findChanges(store: Read, event: ChangeEvent): Promise<readonly RecordChange[]> {
  const change = recordChange(event);
  const earlier = event.isHalfSent ? null : await supersededBy(store, event);
  if (!earlier) return [change];
  const { _id: recordId, version } = earlier;
  return [{ ...change, action: RecordAction.SUPERSEDED, recordId, version }, change];
}

const ACTION: Record<ChangeEvent["action"], RecordAction> = {
  INSERT: RecordAction.CREATED,
  CHANGE: RecordAction.CHANGED,
  DELETE: RecordAction.DELETED,
};

const recordChange = (event: ChangeEvent): RecordChange => ({
  action: ACTION[event.action],
  recordId: event.record,
  type: event.kind,
  key: namesOf(event.key),
  version: event.version,
  at: event.at,
  by: event.caller,
  event,
});

/** True if the record takes its name with this event: when it is inserted, or when its last file is stored. */
const takesName = ({ kinds }: Read, { kind, action, fields }: ChangeEvent): boolean => {
  const { supersedes } = kinds[kind];
  return supersedes === "WHEN_INSERTED" ? action === "INSERT" : supersedes !== undefined && fields.includes("seq");
};

/** Returns the record that lost its name by the event, or null. */
async function supersededBy(store: Read, event: ChangeEvent): Promise<AnyRecord | null> {
  if (!takesName(store, event)) return null;
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
