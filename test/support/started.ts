import { spawn } from "node:child_process";
import { once } from "node:events";
import { vi } from "vitest";
import { freePort } from "./free-port.js";

export interface Started extends AsyncDisposable {
  readonly url: string;
  /** What it has printed for people so far. */
  readonly stdout: string;
  /** What it has logged so far. */
  readonly stderr: string;
}

/**
 * A server as people start it, with these settings alone, once it has printed its greeting.
 * @throws Error with what it has said, if it ends
 */
export async function openStarted(settings: Readonly<Record<string, string>>): Promise<Started> {
  const port = await freePort();
  const env = { PATH: process.env["PATH"], LOG_LEVEL: "error", PORT: String(port), ...settings };
  const server = spawn(process.execPath, ["dist/main.js"], { env, stdio: ["ignore", "pipe", "pipe"] });
  const said = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const)
    server[stream].setEncoding("utf8").on("data", (piece: string) => (said[stream] += piece));
  const closed = once(server, "close");
  await Promise.race([
    vi.waitUntil(() => said.stdout.includes("\nToken "), { timeout: 60_000, interval: 50 }),
    closed.then(() => Promise.reject(new Error(said.stderr))),
  ]);
  return {
    url: `http://127.0.0.1:${port}`,
    get stdout() {
      return said.stdout;
    },
    get stderr() {
      return said.stderr;
    },
    async [Symbol.asyncDispose]() {
      server.kill();
      await closed;
    },
  };
}
