// A server of a compiled checkout, in a process of its own, over documents that are put into its store before.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openConnection } from "../../dist/open-connection.js";
import { freePort } from "./free-port.mjs";
import { TOKEN } from "./measure.mjs";

/**
 * Starts the server of a checkout, whose `dist/` is built, over a store with these documents. This checkout writes them.
 * @param documents by collection
 * @param mongodbUri of a MongoDB, whose database is dropped; without it the embedded store in a temporary folder
 */
export async function startCheckout(checkout, documents, mongodbUri) {
  const dataFolder = await mkdtemp(join(tmpdir(), "rocas-bench-"));
  const opened = await openConnection({ mongodbUri, dataFolder });
  const { db } = opened.connection;
  if (mongodbUri) await db.dropDatabase();
  for (const [collection, all] of Object.entries(documents))
    if (all.length > 0) await db.collection(collection).insertMany(all);
  await opened[Symbol.asyncDispose]();
  const port = await freePort();
  const server = spawn(process.execPath, ["dist/main.js"], {
    cwd: checkout,
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...{ PATH: process.env.PATH, NODE_ENV: "production", PORT: String(port), LOG_LEVEL: "error" },
      ...{ ROCAS_DATA: dataFolder, ROCAS_TOKEN: TOKEN, ROCAS_MAX_PAGE: "1000", ROCAS_RUNTIME: "process" },
      ...(mongodbUri && { MONGODB_URI: mongodbUri, ROCAS_KEY_FILE: "" }),
    },
  });
  await Promise.race([
    once(server.stdout, "data"),
    once(server, "exit").then(() => Promise.reject(new Error(`The server of ${checkout} has ended.`))),
  ]);
  return {
    ...{ name: checkout, url: `http://127.0.0.1:${port}/graphql`, pid: server.pid },
    async [Symbol.asyncDispose]() {
      server.kill("SIGTERM");
      if (server.exitCode === null) await once(server, "exit");
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}
