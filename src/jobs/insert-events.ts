import { mongo } from "mongoose";
import { isDuplicateKey } from "../store/store-errors.js";
import type { Event, Store } from "../store/store.js";

/** Inserts events in their order. Those that are there already stay as they are. */
export async function insertEvents({ events }: Pick<Store, "events">, all: readonly Event[]): Promise<void> {
  try {
    const [only, another] = all;
    if (only && !another) await events.insertOne(only);
    else await events.insertMany(all, { ordered: false });
  } catch (error) {
    if (!isThereAlready(error)) throw error;
  }
}

/** True if events that are there are all that was refused. */
function isThereAlready(error: unknown): boolean {
  if (!(error instanceof mongo.MongoBulkWriteError)) return isDuplicateKey(error);
  const refused = Array.isArray(error.writeErrors) ? error.writeErrors : [error.writeErrors];
  return refused.every((each) => isDuplicateKey(each)) && !error.result.getWriteConcernError();
}
