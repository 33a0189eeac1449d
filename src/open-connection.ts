import { type StartedStore, startEmbeddedStore } from "#embedded-store";
import mongoose, { type Connection } from "mongoose";
import { fileSentence, hasDiskRoom, isAboutFile } from "./machine-faults.js";
import { ownCommands } from "./own-commands.js";
import { connectToMongodb, printableUri } from "./store/mongo/connect-to-mongodb.js";
import { StoreRefused } from "./store/store-errors.js";

export interface OpenedConnection extends AsyncDisposable {
  readonly connection: Connection;
  readonly kind: "embedded" | "mongodb";
  /** The place of the data, without a password. */
  readonly location: string;
  /** Sentences about the server for the operator. */
  readonly warnings: readonly string[];
  /** The clock of the store, by which leases of several processes are judged. */
  serverTime(): Promise<Date>;
  /** Settles if the embedded store has died: the process cannot go on. The driver reconnects to a MongoDB. */
  readonly lost: Promise<Error>;
  /** True if the disk of the data folder has room for writes. @throws the operating system's error */
  hasDiskRoom(): boolean;
}

export interface ConnectionOptions {
  readonly mongodbUri?: string | undefined;
  readonly dataFolder: string;
  /** Called for faults inside the embedded store that should never happen. */
  readonly onFault?: (message: string) => void;
  readonly databaseName?: string | undefined;
  /** True if a MongoDB release with known damage is refused, not only warned of. */
  readonly refuseKnownBad?: boolean;
}

const DATABASE = "rocas";

/** Opens MongoDB by its address, or the embedded store in the data folder. @throws StoreRefused */
export async function openConnection({
  mongodbUri,
  dataFolder,
  databaseName,
  onFault,
  refuseKnownBad = false,
}: ConnectionOptions): Promise<OpenedConnection> {
  // An instance of our own: other users of mongoose in this process keep their settings.
  const instance = new mongoose.Mongoose({
    sanitizeFilter: true,
    strictQuery: "throw",
    autoIndex: false,
    bufferCommands: false,
  });
  if (mongodbUri) {
    const { connection, warnings } = await connectToMongodb(instance, mongodbUri, databaseName, refuseKnownBad);
    const opened = {
      connection,
      warnings,
      kind: "mongodb",
      location: printableUri(mongodbUri),
      lost: new Promise<Error>(() => {}),
      hasDiskRoom: () => hasDiskRoom(dataFolder),
    } as const;
    return disposedBy(opened, () => connection.close());
  }
  const store = await startStore(dataFolder, onFault);
  const connection = await instance
    .createConnection(`${store.uri}/?directConnection=true`, {
      dbName: databaseName ?? DATABASE,
      serverSelectionTimeoutMS: 5_000,
      autoIndex: false,
      autoCreate: false,
      bufferCommands: false,
    })
    .asPromise();
  const { lost, hasDiskRoom: hasRoom } = store;
  const opened = {
    connection,
    warnings: [],
    kind: "embedded",
    location: dataFolder,
    lost,
    hasDiskRoom: hasRoom,
  } as const;
  return disposedBy(opened, async () => {
    await connection.close();
    await store.close();
  });
}

async function startStore(dataFolder: string, onFault: ((message: string) => void) | undefined): Promise<StartedStore> {
  try {
    return await startEmbeddedStore(
      dataFolder,
      onFault ?? ((message) => process.emitWarning(message, "EmbeddedStoreFault")),
    );
  } catch (error) {
    throw new StoreRefused(`ROCAS_DATA: ${reasonOf(error)}`, { cause: error });
  }
}

function reasonOf(error: unknown): string {
  if (isAboutFile(error)) return fileSentence(error);
  if (!(error instanceof Error)) return String(error);
  return error.name === "StoreDamaged"
    ? `${error.message} ${ownCommands().checkStore} tells all that is wrong.`
    : error.message;
}

function disposedBy(
  opened: Omit<OpenedConnection, "serverTime" | typeof Symbol.asyncDispose>,
  close: () => Promise<void>,
): OpenedConnection {
  return {
    ...opened,
    async serverTime() {
      // The embedded store has the clock of this process.
      if (opened.kind === "embedded") return new Date();
      const { localTime } = await opened.connection.db!.command({ hello: 1 });
      return localTime as Date;
    },
    [Symbol.asyncDispose]: close,
  };
}
