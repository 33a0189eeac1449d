import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openConnection } from "../../src/open-connection.js";
import { newDatabaseName } from "./database-name.js";

/** A database of its own, on the embedded store or on MONGODB_URI where it is set; dropped at the end. */
export async function openTestDatabase() {
  const dataFolder = await mkdtemp(join(tmpdir(), "rocas-store-"));
  const opened = await openConnection({
    mongodbUri: process.env["MONGODB_URI"],
    dataFolder,
    databaseName: newDatabaseName(),
  });
  return {
    connection: opened.connection,
    async [Symbol.asyncDispose]() {
      await opened.connection.dropDatabase();
      await opened[Symbol.asyncDispose]();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}
