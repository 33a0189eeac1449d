import type { Connection, Mongoose } from "mongoose";
import { StoreRefused } from "../store-refused.js";
import { printableUri } from "./printable-uri.js";
import { refuseUnfit } from "./refuse-unfit.js";
import { translateConnectError } from "./translate-connect-error.js";

const PATIENCE_MS = 5_000;

export interface Connected {
  readonly connection: Connection;
  /** Sentences about the server for the operator. */
  readonly warnings: readonly string[];
}

/** Connects to a real server. @throws StoreRefused if it cannot serve, with a sentence that says what to do. */
export async function connectToMongodb(
  mongoose: Mongoose,
  uri: string,
  databaseName: string | undefined,
  refuseKnownBad: boolean,
): Promise<Connected> {
  const where = printableUri(uri);
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
    return { connection, warnings: await refuseUnfit(connection, where, refuseKnownBad) };
  } catch (error) {
    await connection?.close(true).catch(() => {});
    throw error instanceof StoreRefused ? error : translateConnectError(error, where);
  }
}
