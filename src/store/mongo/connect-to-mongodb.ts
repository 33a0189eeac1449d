import type { Connection, Mongoose } from "mongoose";
import { StoreRefused } from "../store-refused.js";
import { printableUri } from "./printable-uri.js";
import { refuseUnfit } from "./refuse-unfit.js";
import { translateConnectError } from "./translate-connect-error.js";

const PATIENCE_MS = 5_000;

/** Connects to a real server. @throws StoreRefused where it cannot serve, with a sentence that says what to do. */
export async function connectToMongodb(
  mongoose: Mongoose,
  uri: string,
  databaseName: string | undefined,
): Promise<Connection> {
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
    await refuseUnfit(connection, where);
    return connection;
  } catch (error) {
    await connection?.close(true).catch(() => {});
    throw error instanceof StoreRefused ? error : translateConnectError(error, where);
  }
}
