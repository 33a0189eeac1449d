import type { Connection, Mongoose } from "mongoose";
import { StoreRefused } from "../store-errors.js";
import { refuseUnfit } from "./refuse-unfit.js";

/** Returns a connection string that is safe to show: without user, password and options, which may hold secrets. */
export function printableUri(uri: string): string {
  const scheme = /^mongodb(\+srv)?:\/\//.exec(uri)?.[0];
  if (!scheme) return "(no MongoDB address)";
  const rest = uri.slice(scheme.length);
  // An unencoded password may hold an @: all up to the last one goes.
  const hosts = rest.slice(rest.lastIndexOf("@") + 1);
  return scheme + hosts.split("?")[0]!;
}

const PATIENCE_MS = 5_000;

export interface MongodbConnection {
  readonly connection: Connection;
  /** Sentences for the operator about the server. */
  readonly warnings: readonly string[];
}

/** Connects to a MongoDB server. @throws StoreRefused if the server is unfit. */
export async function connectToMongodb(
  mongoose: Mongoose,
  uri: string,
  databaseName: string | undefined,
  refuseKnownBad: boolean,
): Promise<MongodbConnection> {
  const shownAddress = printableUri(uri);
  let connection: Connection | undefined;
  try {
    connection = mongoose.createConnection(uri, {
      ...(databaseName && { dbName: databaseName }),
      readConcern: { level: "majority" },
      readPreference: "primary",
      writeConcern: { w: "majority", journal: true },
      serverSelectionTimeoutMS: PATIENCE_MS,
      autoIndex: false,
      autoCreate: false,
      bufferCommands: false,
    });
    await connection.asPromise();
    return { connection, warnings: await refuseUnfit(connection, shownAddress, refuseKnownBad) };
  } catch (error) {
    await connection?.close(true).catch(() => {});
    throw error instanceof StoreRefused ? error : translateConnectError(error, shownAddress);
  }
}

const AUTHENTICATION_FAILED = 18;

/** Returns an error for the operator. The driver's own message is left out: it may hold parts of the address. */
function translateConnectError(error: unknown, shownAddress: string): StoreRefused {
  const { name, code } = error as { name?: string; code?: unknown };
  if (code === AUTHENTICATION_FAILED || name === "MongoAuthenticationError") {
    return new StoreRefused(
      `The MongoDB at ${shownAddress} does not accept the user or password in MONGODB_URI. Check both, and authSource.`,
    );
  }
  if (name === "MongoParseError" || name === "MongoInvalidArgumentError" || name === "MongoAPIError") {
    return new StoreRefused(
      "MONGODB_URI is no valid MongoDB connection string. It looks like mongodb://host:27017/rocas?replicaSet=rs0.",
    );
  }
  return new StoreRefused(
    `The MongoDB at ${shownAddress} does not answer. Is it running, reachable from here, and does it have a primary?`,
  );
}
