import { OperatorError } from "../errors.js";

/** The reason why no store can be opened, and what to do. The message never holds a password. */
export class StoreRefused extends OperatorError {
  override readonly name = "StoreRefused";
}

/** The codes of a MongoDB server that steps down, shuts down or has no primary. */
export const UNAVAILABLE_CODES: ReadonlySet<number> = new Set([
  6, 7, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436,
]);

interface DuplicateKeyError {
  readonly code?: unknown;
  readonly keyPattern?: Readonly<Record<string, unknown>>;
}

/**
 * True if a unique index refused the write (code 11000). The driver's message shows the key, so it is never passed on.
 * @param field a field of the index, if a certain index is meant.
 */
export function isDuplicateKey(error: unknown, field?: string): boolean {
  const { code, keyPattern = {} } = (typeof error === "object" && error !== null ? error : {}) as DuplicateKeyError;
  return code === 11000 && (field === undefined || field in keyPattern);
}
