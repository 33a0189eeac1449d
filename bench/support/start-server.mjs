// Servers of the bench, each a process of its own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePort } from "./free-port.mjs";
import { TOKEN } from "./measure.mjs";
import { one } from "./queries.mjs";

/** This checkout. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BENCH = join(ROOT, "bench");
const [MAX_START_MS, MAX_STOP_MS, LOOK_MS] = [180_000, 10_000, 10];

/** Rocas as it ships, but for these settings. */
const ROCAS_SETTINGS = {
  ...{ ROCAS_TOKEN: TOKEN, ROCAS_RUNTIME: "process" },
  ...{ ROCAS_MAX_PAGE: "2000", ROCAS_DETAILS_INDEXES: "Training:team" },
  // The bench is one address with a thousand subscriptions.
  ...{ ROCAS_MAX_OPERATIONS: "2000", ROCAS_MAX_STRANGERS: "2000" },
};

const running = new Set();
// Nothing stays behind if the run fails or is ended.
process.once("exit", () => {
  for (const server of running) server.kill("SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

/** Returns the command line and the environment of a server. Rocas chooses its own NODE_ENV. */
function commandOf(name, port, { dataFolder, mongodbUri, checkout, settings }) {
  const { PATH, HOME } = process.env;
  if (name !== "rocas") {
    const words = [join(BENCH, "servers", `${name}.mjs`), String(port), dataFolder];
    return { words: mongodbUri ? [...words, mongodbUri] : words, env: { PATH, HOME, NODE_ENV: "production" } };
  }
  const store = mongodbUri ? { MONGODB_URI: mongodbUri, ROCAS_KEY_FILE: "" } : {};
  return {
    words: [join(checkout, "dist/main.js")],
    env: { PATH, HOME, PORT: String(port), ROCAS_DATA: dataFolder, ...ROCAS_SETTINGS, ...store, ...settings },
  };
}

/**
 * Starts a server: `rocas`, or one by the name of its file in `servers/`.
 * @param options.checkout whose compiled Rocas it is; this one if it is left out
 * @param options.settings of Rocas, beside those of the bench
 * @param options.preload a file of `preload/` that it loads first; `ask` returns its answer
 * @returns the server, with `startMs`, the time until its first answer
 */
export async function startServer(name, { checkout = ROOT, preload, ...options }) {
  const port = await freePort();
  const { words, env } = commandOf(name, port, { checkout, ...options });
  const began = performance.now();
  const preloaded = preload ? ["--import", join(BENCH, "preload", `${preload}.mjs`)] : [];
  const server = spawn(process.execPath, [...preloaded, ...words], {
    ...{ cwd: options.dataFolder, env, stdio: ["ignore", "ignore", "pipe", ...(preload ? ["ipc"] : [])] },
  });
  running.add(server);
  server.once("exit", () => running.delete(server));
  let log = "";
  // Its log is read, as a log is, and its end is kept for a server that does not start.
  server.stderr.on("data", (chunk) => (log = (log + chunk).slice(-4_000)));
  const url = `http://127.0.0.1:${port}/graphql`;
  const lost = () => server.exitCode !== null || performance.now() - began > MAX_START_MS;
  while (!(await answers(url))) {
    if (lost()) throw new Error(`${name} does not answer, or has ended: ${log}`);
    await delay(LOOK_MS);
  }
  return {
    ...{ name, url, pid: server.pid, startMs: performance.now() - began },
    async ask() {
      server.send("");
      const [answer] = await once(server, "message");
      return answer;
    },
    async [Symbol.asyncDispose]() {
      server.kill("SIGTERM");
      const kill = setTimeout(() => server.kill("SIGKILL"), MAX_STOP_MS);
      if (server.exitCode === null && server.signalCode === null) await once(server, "exit");
      clearTimeout(kill);
    },
  };
}

/** Returns true if a small read is answered. */
async function answers(url) {
  const headers = { "content-type": "application/json", authorization: `Bearer ${TOKEN}` };
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(one) }).catch(() => null);
  await answer?.arrayBuffer();
  return answer?.ok === true;
}
