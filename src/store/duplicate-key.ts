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
