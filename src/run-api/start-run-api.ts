import type { Server } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { App } from "../app.js";
import { runAddress } from "../attempt/run-address.js";
import { DomainError } from "../errors.js";
import { runListener } from "./listener.js";

export interface RunApi extends AsyncDisposable {
  /** Resolves when it listens, or was closed before. */
  readonly listening: Promise<void>;
}

const PAUSE = 1_000;

/**
 * Starts the listener, and retries each second without ever failing.
 *
 * The engine has to name its gateway first, and an earlier process may hold the port until it ends.
 */
export function startRunApi(app: App): RunApi {
  const server = runListener(app);
  const closing = new AbortController();
  const listening = bind(app, server, closing.signal);
  return {
    listening,
    async [Symbol.asyncDispose]() {
      closing.abort();
      await listening;
      if (!server.listening) return;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const impatience = setTimeout(() => server.closeAllConnections(), 5_000);
      await closed;
      clearTimeout(impatience);
    },
  };
}

async function bind(app: App, server: Server, closing: AbortSignal): Promise<void> {
  let lastReason: string | null = null;
  while (!closing.aborted) {
    try {
      const { host, port } = await runAddress(app);
      if (closing.aborted) return;
      await listen(server, host, port);
      app.logger.info({ event: "run_listener_bound", host, port });
      return;
    } catch (error) {
      const reason = error instanceof DomainError ? error.code : ((error as NodeJS.ErrnoException).code ?? "UNKNOWN");
      // Each reason is logged once.
      if (reason !== lastReason) app.logger.warn({ event: "run_listener_waits", reason, err: error });
      lastReason = reason;
    }
    await delay(PAUSE, undefined, { signal: closing }).catch(() => undefined);
  }
}

const listen = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const failed = (error: Error) => {
      server.off("listening", bound);
      reject(error);
    };
    const bound = () => {
      server.off("error", failed);
      server.on("error", () => undefined);
      resolve();
    };
    server.once("error", failed).once("listening", bound);
    server.listen({ host, port, exclusive: true });
  });
