// A server of a compiled checkout, in a process of its own, over documents that are put into its store before.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openConnection } from "../../dist/open-connection.js";

const TICKS_A_SECOND = 100;
const DATABASE = "rocas";
/** The token of measured servers. */
export const TOKEN = "bench-bench-bench-bench-bench-bench";

/** Returns a port of loopback that is free now. */
export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}

/** Returns the processor time that a process has used, in seconds (Linux alone). */
export async function processorSeconds(pid) {
  const fields = (await readFile(`/proc/${pid}/stat`, "utf8")).split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

const megabytes = (field) => async (pid) =>
  Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(await readFile(`/proc/${pid}/status`, "utf8"))[1]) / 1_000;

/** Returns the memory of a process in MB (Linux alone). */
export const residentMegabytes = megabytes("VmRSS");
/** Returns the most memory that a process has had. */
export const peakMegabytes = megabytes("VmHWM");

/**
 * Starts the server of a checkout, whose `dist/` is built, over a store with these documents. This checkout writes them.
 * @param documents by collection
 * @param mongodbUri of a MongoDB, whose database is dropped; without it the embedded store in a temporary folder
 */
export async function startRocas(checkout, documents, { mongodbUri, settings = {} } = {}) {
  const dataFolder = await mkdtemp(join(tmpdir(), "rocas-bench-"));
  const opened = await openConnection({ mongodbUri, dataFolder, ...(mongodbUri ? {} : { databaseName: DATABASE }) });
  const { db } = opened.connection;
  if (mongodbUri) await db.dropDatabase();
  for (const [collection, all] of Object.entries(documents))
    if (all.length > 0) await db.collection(collection).insertMany(all);
  await opened[Symbol.asyncDispose]();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = spawn(process.execPath, ["dist/main.js"], {
    cwd: checkout,
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...{ PATH: process.env.PATH, NODE_ENV: "production", PORT: String(port), LOG_LEVEL: "error" },
      ...{ ROCAS_DATA: dataFolder, ROCAS_TOKEN: TOKEN, ROCAS_MAX_PAGE: "1000" },
      ...(mongodbUri && { MONGODB_URI: mongodbUri, ROCAS_KEY_FILE: "" }),
      ...settings,
    },
  });
  await Promise.race([
    once(server.stdout, "data"),
    once(server, "exit").then(() => Promise.reject(new Error(`The server of ${checkout} has ended.`))),
  ]);
  return {
    url: `${url}/graphql`,
    pid: server.pid,
    async [Symbol.asyncDispose]() {
      server.kill("SIGTERM");
      if (server.exitCode === null) await once(server, "exit");
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}
