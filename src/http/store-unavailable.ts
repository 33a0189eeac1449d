/** The driver's and mongoose's names for a database that does not answer, or not now. */
const NAMES = new Set([
  "MongoNetworkError",
  "MongoNetworkTimeoutError",
  "MongoServerSelectionError",
  "MongooseServerSelectionError",
  "MongoNotConnectedError",
  "MongoTopologyClosedError",
  "MongoClientClosedError",
  "MongoPoolClosedError",
  "MongoPoolClearedError",
  "PoolClearedOnNetworkError",
  "MongoWaitQueueTimeoutError",
  "MongoOperationTimeoutError",
]);

/** A server that steps down, shuts down or has no primary. */
const CODES = new Set([6, 7, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436]);

/** True if a foreign error, or what caused it, says that the database cannot be reached. */
export function isStoreUnavailable(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (NAMES.has(each.name)) return true;
    if (each.name === "MongoServerError" && CODES.has(Number((each as { code?: unknown }).code))) return true;
  }
  return false;
}
