import { encodeKey } from "../bson/encode-key.js";
import { exactNumber } from "../bson/exact-number.js";
import { fieldsOf, type Value } from "../bson/value.js";
import { CommandError, notImplemented } from "../command-error.js";
import { indexKeysOf } from "../indexes/index-keys.js";
import { parsePath, type FieldPath } from "./field-path.js";
import { isNumber } from "../bson/numeric.js";

export interface SortField {
  readonly path: FieldPath;
  readonly descending: boolean;
}

/** @throws CommandError for a direction that is neither 1 nor -1. */
export function parseSort(sort: Value | undefined): SortField[] {
  if (!sort) return [];
  return [...fieldsOf(sort)].map(([path, direction]) => {
    if (path === "$natural") throw notImplemented("the sort $natural");
    if (direction.isObject) throw notImplemented("a sort by $meta");
    const number = isNumber(direction) ? Number(exactNumber(direction)) : 0;
    if (number !== 1 && number !== -1)
      throw new CommandError("BadValue", "$sort key ordering must be 1 (for ascending) or -1 (for descending)", 15975);
    return { path: parsePath(path), descending: number < 0 };
  });
}

/** Texts that compare as the documents sort; an array counts by its least element, or its greatest where descending. */
export function compileSortKey(fields: readonly SortField[]): (document: Value) => string {
  const paths = fields.map(({ path }) => path);
  const descending = fields.map((field) => field.descending);
  return (document) => {
    const keys = sortedKeys(document, paths).map((values) => encodeKey(values, descending).toString("latin1"));
    return keys.length === 1 ? keys[0]! : keys.reduce((least, key) => (key < least ? key : least));
  };
}

function sortedKeys(document: Value, paths: readonly FieldPath[]): readonly Value[][] {
  try {
    return indexKeysOf(document, paths).keys;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new CommandError(
      "BadValue",
      "Executor error during find command :: caused by :: cannot sort with keys that are parallel arrays",
    );
  }
}
