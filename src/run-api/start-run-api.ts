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
/** A reason counts after so many failures in a row. */
const PATIENCE = 3;

const REMEDIES: Readonly<Record<string, string>> = {
  EADDRNOTAVAIL:
    "the address that the engine gives them for it is not one of this machine. Set ROCAS_RUN_HOST to an address of this machine that containers reach (and ROCAS_RUN_URL, if they reach it under another one), or run Rocas on the machine of the engine, in its network namespace.",
  EACCES: "this user may not listen on its port. Set ROCAS_RUN_PORT to a port above 1023.",
};

/** Another process of the installation may hold the port, and serve. An engine that is away holds up the jobs itself. */
function tellTrouble({ logger, runListenerDemand }: App, reason: string, error: unknown): void {
  const isOfOther = reason === "EADDRINUSE" || error instanceof DomainError;
  const remedy = REMEDIES[reason] ?? `its port cannot be opened (${reason}); the log of the server has more.`;
  runListenerDemand.trouble = isOfOther ? null : `Containers cannot reach Rocas: ${remedy}`;
  logger.warn({ event: "run_listener_waits", reason, remedy: runListenerDemand.trouble, err: error });
}

/**
 * Starts the listener once a container needs it, and retries each second without ever failing.
 *
 * The engine has to name its gateway first, which some engines set up with the first container, and an earlier process
 * may hold the port until it ends.
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
  raiseForEarlierContainers(app).catch((err: unknown) => {
    // Rather without a need than not at all.
    app.logger.warn({ event: "run_listener_need_unknown", err });
    app.runListenerDemand.raise();
  });
  await Promise.race([app.runListenerDemand.raised, aborted(closing)]);
  let lastReason: string | null = null;
  let tries = 0;
  while (!closing.aborted) {
    try {
      const { host, port } = await runAddress(app);
      if (closing.aborted) return;
      await listen(server, host, port);
      app.runListenerDemand.trouble = null;
      app.logger.info({ event: "run_listener_bound", host, port });
      return;
    } catch (error) {
      const reason = error instanceof DomainError ? error.code : ((error as NodeJS.ErrnoException).code ?? "UNKNOWN");
      tries = reason === lastReason ? tries + 1 : 1;
      lastReason = reason;
      // Each reason is told once, and only if it lasts.
      if (tries === PATIENCE) tellTrouble(app, reason, error);
    }
    await delay(PAUSE, undefined, { signal: closing }).catch(() => undefined);
  }
}

/** Containers of an earlier process run on, and report to this one. */
async function raiseForEarlierContainers({ store, runListenerDemand }: App): Promise<void> {
  const pending = await store.jobs.find({ cleanup: "PENDING" }, { projection: { slots: 1 } }).toArray();
  if (pending.some(({ slots }) => slots.some(({ token_hash }) => token_hash !== null))) runListenerDemand.raise();
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });

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
