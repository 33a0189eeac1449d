import { DomainError } from "../errors.js";
import type { AnyRecord } from "../graph/stored-record.js";
import { byId } from "./current.js";
import type { Records } from "./store.js";

/** The record that a reference leads to. @throws CONFLICT if it has just been deleted: its children go with it. */
export async function parentOf<T extends AnyRecord>(records: Records<T>, id: string): Promise<T> {
  const [parent] = await byId(records, [id]);
  if (!parent)
    throw new DomainError(
      "CONFLICT",
      "The project or model that the record belongs to is being deleted: name another.",
    );
  return parent;
}
