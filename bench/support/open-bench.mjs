// The store of a run with its documents, and the servers over it.
import { rmSync } from "node:fs";
import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openConnection } from "../../dist/open-connection.js";
import { startServer } from "./start-server.mjs";
import { writeDocuments } from "./write-documents.mjs";

const folders = new Set();
// Nothing stays behind if the run fails or is ended.
process.once("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/**
 * Writes the documents into an empty store, and makes Rocas's indexes.
 * @param options.mongodbUri of a MongoDB, whose database is dropped; without it each server has the embedded store, on
 *   a copy of the data
 * @param options.deployments how many
 * @param options.sizes of the projects, in trainings
 * @param options.rocas the checkout and settings of Rocas: `startServer` says what is left out
 */
export async function openBench({ mongodbUri, deployments, sizes, rocas = {} }) {
  const folder = await mkdtemp(join(tmpdir(), "rocas-bench-"));
  folders.add(folder);
  const seed = join(folder, "seed");
  await mkdir(seed);
  const opened = await openConnection({ mongodbUri, dataFolder: seed });
  const { db } = opened.connection;
  if (mongodbUri) await db.dropDatabase();
  await writeDocuments(db, { deployments, sizes });
  await opened[Symbol.asyncDispose]();
  const indexed = await startServer("rocas", { dataFolder: seed, mongodbUri, ...rocas });
  await indexed[Symbol.asyncDispose]();
  return {
    /**
     * Starts a server on data of its own (on a MongoDB: the one database).
     * @param preload as `startServer` takes it
     */
    async start(name, preload) {
      const options = { mongodbUri, preload, ...rocas };
      // Rocas takes another folder on the same MongoDB for another server.
      if (mongodbUri) return startServer(name, { dataFolder: seed, ...options });
      const dataFolder = await mkdtemp(join(folder, `${name}-`));
      await cp(seed, dataFolder, { recursive: true });
      return startServer(name, { dataFolder, ...options });
    },
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true });
    },
  };
}
