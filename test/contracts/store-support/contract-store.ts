import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Connection, mongo } from "mongoose";
import { openConnection, type OpenedConnection } from "../../../src/store/open-connection.js";

/** A database of its own, gone with the test. */
export interface TestDatabase extends AsyncDisposable {
  readonly db: mongo.Db;
  readonly connection: Connection;
}

/** One opened store for a test file, with a new database for each test. */
export interface ContractStore extends AsyncDisposable {
  readonly kind: OpenedConnection["kind"];
  database(): TestDatabase;
}

const mongodbUri = process.env.MONGODB_URI;

/** The stores that this run can test: the embedded one always, MongoDB where there is an address. */
export const storesHere: readonly OpenedConnection["kind"][] = mongodbUri ? ["embedded", "mongodb"] : ["embedded"];

export async function openContractStore(kind: OpenedConnection["kind"]): Promise<ContractStore> {
  const dataFolder = await mkdtemp(join(tmpdir(), "rocas-contract-"));
  const opened = await openConnection(kind === "mongodb" ? { mongodbUri, dataFolder } : { dataFolder });
  return {
    kind,
    database() {
      const connection = opened.connection.useDb(`rocas_${randomUUID().slice(0, 8)}`, { useCache: false });
      const db = opened.connection.getClient().db(connection.name);
      return { db, connection, [Symbol.asyncDispose]: async () => void (await db.dropDatabase()) };
    },
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}
