// The store of a run with its documents, and the servers over it: each a process of its own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { openConnection } from "../../dist/open-connection.js";
import { writeDocuments } from "./documents.mjs";
import { freePort } from "./free-port.mjs";
import { TOKEN } from "./measure.mjs";
import { one } from "./queries.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const MAX_START_MS = 180_000;

/** The servers by their files; the first is what the others are compared with. */
export const SERVERS = ["floor", "floor-whole-documents", "yoga-jit", "mercurius-jit", "apollo", "rocas"];

const SETTINGS = {
  ...{ ROCAS_TOKEN: TOKEN, ROCAS_MAX_PAGE: "2000", ROCAS_DETAILS_INDEXES: "Training:team" },
  // The bench is one address with a thousand subscriptions.
  ...{ ROCAS_MAX_OPERATIONS: "2000", ROCAS_MAX_STRANGERS: "2000" },
};

const running = new Set();
const folders = new Set();
// Nothing stays behind if the run fails or is ended.
process.once("exit", () => {
  for (const server of running) server.kill("SIGKILL");
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

/** Starts a server. @returns it with `startMs`, the time until its first answer */
async function start(name, { dataFolder, mongodbUri }) {
  const port = await freePort();
  const file = join(ROOT, "bench/servers", `${name}.mjs`);
  const began = performance.now();
  // Rocas chooses its own NODE_ENV.
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, ...(name === "rocas" ? SETTINGS : { NODE_ENV: "production" }) };
  const server = spawn(process.execPath, [file, String(port), dataFolder, ...(mongodbUri ? [mongodbUri] : [])], {
    ...{ cwd: dataFolder, env, stdio: ["ignore", "ignore", name === "rocas" ? "pipe" : "inherit"] },
  });
  running.add(server);
  server.once("exit", () => running.delete(server));
  let log = "";
  // Its log is read, as a log is, and its end is kept for a server that does not start.
  server.stderr?.on("data", (chunk) => (log = (log + chunk).slice(-4_000)));
  const url = `http://127.0.0.1:${port}/graphql`;
  const headers = { "content-type": "application/json", authorization: `Bearer ${TOKEN}` };
  for (;;) {
    const sent = fetch(url, { method: "POST", headers, body: JSON.stringify(one) });
    const answer = await sent.catch(() => null);
    await answer?.arrayBuffer();
    if (answer?.ok) break;
    if (server.exitCode !== null) throw new Error(`${name} has ended: ${log}`);
    if (performance.now() - began > MAX_START_MS) throw new Error(`${name} does not answer: ${log}`);
    await delay(10);
  }
  return {
    ...{ name, url, pid: server.pid, startMs: performance.now() - began },
    async [Symbol.asyncDispose]() {
      server.kill("SIGTERM");
      const kill = setTimeout(() => server.kill("SIGKILL"), 10_000);
      if (server.exitCode === null && server.signalCode === null) await once(server, "exit");
      clearTimeout(kill);
    },
  };
}

/**
 * Writes the documents into an empty store, and makes Rocas's indexes.
 * @param mongodbUri of a MongoDB, whose database `rocas` is dropped; without it each server has the embedded store, on
 *   a copy of the data
 */
export async function openBench({ mongodbUri, sizes }) {
  const folder = await mkdtemp(join(tmpdir(), "rocas-bench-"));
  folders.add(folder);
  const seed = join(folder, "seed");
  await mkdir(seed);
  const opened = await openConnection({ mongodbUri, dataFolder: seed, databaseName: "rocas" });
  const { db } = opened.connection;
  if (mongodbUri) await db.dropDatabase();
  await writeDocuments(db, sizes);
  await opened[Symbol.asyncDispose]();
  const indexed = await start("rocas", { dataFolder: seed, mongodbUri });
  await indexed[Symbol.asyncDispose]();
  return {
    /** Starts a server on data of its own (on a MongoDB: the one database). */
    async start(name) {
      // Rocas takes another folder on the same MongoDB for another server.
      if (mongodbUri) return start(name, { dataFolder: seed, mongodbUri });
      const dataFolder = await mkdtemp(join(folder, `${name}-`));
      await cp(seed, dataFolder, { recursive: true });
      return start(name, { dataFolder, mongodbUri });
    },
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true });
    },
  };
}
