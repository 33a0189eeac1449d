import DataLoader from "dataloader";
import type { AnyRecord } from "../graph/stored-record.js";
import { byId, currentByKey } from "./current.js";
import type { Records } from "./store.js";

/** Plain objects in the order asked, one find per tick. A missing id is null: each field decides what that means. */
export function loadById<T extends AnyRecord>(records: Records<T>): DataLoader<string, T | null> {
  return new DataLoader(async (ids) => {
    const found = new Map((await byId(records, ids)).map((each) => [each._id, each]));
    return ids.map((id) => found.get(id) ?? null);
  });
}

/** The records that are current under natural keys (`keyOf`), one find per tick. */
export function loadByKey<T extends AnyRecord>(records: Records<T>): DataLoader<string, T | null> {
  return new DataLoader(async (keys) => {
    const found = new Map((await currentByKey(records, keys)).map((each) => [each.key, each]));
    return keys.map((key) => found.get(key) ?? null);
  });
}
