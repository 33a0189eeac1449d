import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { vi } from "vitest";
import { freePort } from "./free-port.js";

export interface ServerProcess extends AsyncDisposable {
  readonly url: string;
  /** What it has printed for people so far. */
  readonly stdout: string;
  /** What it has logged so far. */
  readonly stderr: string;
  /** Runs a document and gives its data. @throws where it has errors */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read what they asked for
  execute(query: string, variables?: object): Promise<any>;
  /** As a power cut does it. */
  kill(): Promise<void>;
}

/**
 * The server as people start it, from compiled output, in a process of its own, once it has printed its greeting. It
 * asks for no token unless the environment names one; an empty one stands for that of its data folder.
 * @param mostFiles that the process may open at a time
 * @throws Error with what it has logged, if it ends
 */
export async function startServerProcess(
  environment: Readonly<Record<string, string>>,
  mostFiles?: number,
): Promise<ServerProcess> {
  const port = await freePort();
  const limit = mostFiles ? `ulimit -n ${mostFiles};` : "";
  const server = spawn("/bin/sh", ["-c", `${limit} exec "$0" dist/main.js`, process.execPath], {
    env: { ...process.env, LOG_LEVEL: "error", ROCAS_TOKEN: "none", PORT: String(port), ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const)
    server[stream].setEncoding("utf8").on("data", (piece: string) => (said[stream] += piece));
  const failed = once(server, "close").then(() => Promise.reject(new Error(`The server has ended: ${said.stderr}`)));
  const url = `http://127.0.0.1:${port}`;
  try {
    await Promise.race([
      vi.waitUntil(() => said.stdout.includes("\nToken "), { timeout: 60_000, interval: 25 }),
      failed,
    ]);
  } catch (error) {
    await ended(server, "SIGKILL");
    throw error;
  }
  failed.catch(() => {});
  return {
    url,
    get stdout() {
      return said.stdout;
    },
    get stderr() {
      return said.stderr;
    },
    async execute(query, variables = {}) {
      const headers = { "content-type": "application/json", authorization: `Bearer ${environment["ROCAS_TOKEN"]}` };
      const body = JSON.stringify({ query, variables });
      const answer = await fetch(`${url}/graphql`, { method: "POST", headers, body });
      const { data, errors } = (await answer.json()) as { data: unknown; errors?: unknown };
      if (errors) throw new Error(JSON.stringify(errors));
      return data;
    },
    kill: () => ended(server, "SIGKILL"),
    [Symbol.asyncDispose]: () => ended(server, "SIGTERM"),
  };
}

async function ended(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = once(server, "exit");
  server.kill(signal);
  await gone;
}
