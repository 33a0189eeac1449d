import { exactNumber } from "../bson/exact-number.js";
import { fieldsOf, type Value } from "../bson/value.js";
import { notImplemented } from "../command-error.js";

/** The size of the first batch in a command's `cursor`. @throws CommandError for any other option there. */
export function batchSizeIn(cursor: Value | undefined): number | undefined {
  if (!cursor) return undefined;
  let size: number | undefined;
  for (const [name, value] of fieldsOf(cursor)) {
    if (name !== "batchSize") throw notImplemented(`the cursor option ${name}`);
    size = Number(exactNumber(value));
  }
  return size;
}
