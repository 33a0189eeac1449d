import { OperatorError } from "../errors.js";

/** The reason why no store can be opened, in a sentence for the operator that says what to do. It never holds a password. */
export class StoreRefused extends OperatorError {
  override readonly name = "StoreRefused";
}

interface DuplicateKeyError {
  readonly code?: unknown;
  readonly keyPattern?: Readonly<Record<string, unknown>>;
}

/**
 * True if the driver says that a unique index (one with that field, where one is named) refused the write (11000). Its
 * message shows the key and is never passed on.
 */
export function isDuplicateKey(error: unknown, field?: string): boolean {
  const { code, keyPattern = {} } = (typeof error === "object" && error !== null ? error : {}) as DuplicateKeyError;
  return code === 11000 && (field === undefined || field in keyPattern);
}
