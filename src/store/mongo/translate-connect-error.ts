import { StoreRefused } from "../store-refused.js";

const AUTHENTICATION_FAILED = 18;

/** Returns what a driver's failure to connect means for the operator. Its own message may hold parts of the address, so it is not shown. */
export function translateConnectError(error: unknown, where: string): StoreRefused {
  const { name, code } = error as { name?: string; code?: unknown };
  if (code === AUTHENTICATION_FAILED || name === "MongoAuthenticationError") {
    return new StoreRefused(
      `The MongoDB at ${where} does not accept the user or password in MONGODB_URI. Check both, and authSource.`,
    );
  }
  if (name === "MongoParseError" || name === "MongoInvalidArgumentError" || name === "MongoAPIError") {
    return new StoreRefused(
      "MONGODB_URI is no valid MongoDB connection string. It looks like mongodb://host:27017/rocas?replicaSet=rs0.",
    );
  }
  return new StoreRefused(
    `The MongoDB at ${where} does not answer. Is it running, reachable from here, and does it have a primary?`,
  );
}
