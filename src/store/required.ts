import { notFound } from "../errors.js";
import type { AnyRecord } from "../graph/stored-record.js";
import { currentOf } from "./current.js";
import { keyOf } from "./key-of.js";
import type { Records } from "./store.js";

/** The record that is current under the names. @throws NOT_FOUND naming the last of them. */
export async function required<T extends AnyRecord>(
  records: Records<T>,
  kind: string,
  names: readonly string[],
  path?: readonly (string | number)[],
): Promise<T> {
  const found = await currentOf(records, keyOf(...names));
  if (!found) throw notFound(kind, path);
  return found;
}
