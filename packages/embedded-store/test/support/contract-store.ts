import { randomUUID } from "node:crypto";
import { startEmbeddedStore } from "@rocas/embedded-store";
import mongoose, { type Connection, type mongo } from "mongoose";
import { openTempFolder } from "./temp-folder.js";

/** A database of its own, gone with the test. */
export interface TestDatabase extends AsyncDisposable {
  readonly db: mongo.Db;
  readonly connection: Connection;
}

export type StoreKind = "embedded" | "mongodb";

/** One opened store for a test file, with a new database for each test. */
export interface ContractStore extends AsyncDisposable {
  readonly kind: StoreKind;
  database(): TestDatabase;
}

const mongodbUri = process.env.MONGODB_URI;

/** The stores that this run can test: the embedded one always, MongoDB if there is an address. */
export const storesHere: readonly StoreKind[] = mongodbUri ? ["embedded", "mongodb"] : ["embedded"];

export async function openContractStore(kind: StoreKind): Promise<ContractStore> {
  const { uri, close } = kind === "mongodb" ? { uri: mongodbUri!, close: async () => {} } : await startedEmbedded();
  const opened = await mongoose.createConnection(uri, { autoIndex: false, bufferCommands: false }).asPromise();
  return {
    kind,
    database() {
      const connection = opened.useDb(`rocas_${randomUUID().slice(0, 8)}`, { useCache: false });
      const db = opened.getClient().db(connection.name);
      return { db, connection, [Symbol.asyncDispose]: async () => void (await db.dropDatabase()) };
    },
    async [Symbol.asyncDispose]() {
      await opened.close();
      await close();
    },
  };
}

async function startedEmbedded() {
  const folder = await openTempFolder();
  const store = await startEmbeddedStore(folder.path, (message) => process.emitWarning(message));
  return {
    uri: `${store.uri}/?directConnection=true`,
    async close() {
      await store.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}
