import { parentPort, workerData } from "node:worker_threads";
import { openEmbeddedStore } from "./open-embedded-store.js";

/** What the worker is started with. */
export interface WorkerStart {
  readonly dataFolder: string;
}

/** Why a folder was refused, as an error keeps it; `code`, `path` and `syscall` if the operating system refused it. */
export interface Refusal {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly path?: string;
  readonly syscall?: string;
}

/** What the worker tells: once how opening went, later what should not have happened. */
export type WorkerReport =
  | { readonly kind: "listening"; readonly uri: string }
  | { readonly kind: "refused"; readonly refusal: Refusal }
  | { readonly kind: "fault"; readonly message: string };

/** What the worker is told. */
export type WorkerOrder = "close";

const port = parentPort!;
const report = (message: WorkerReport): void => port.postMessage(message);
const { dataFolder } = workerData as WorkerStart;

const describe = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));

function refusalOf(error: unknown): Refusal {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const { name, message, code, path, syscall } = error as NodeJS.ErrnoException;
  return { name, message, ...(syscall && { code, path, syscall }) };
}

// LMDB's binding rejects promises of its own for a commit that failed, which the engine has been told of already.
process.on("unhandledRejection", (reason) => {
  if (!(reason instanceof Error && "commitError" in reason)) throw reason;
});

try {
  const store = await openEmbeddedStore(dataFolder, (error) => report({ kind: "fault", message: describe(error) }));
  port.on("message", (order: WorkerOrder) => {
    if (order === "close") void store.close().finally(() => port.close());
  });
  report({ kind: "listening", uri: store.uri });
} catch (error) {
  report({ kind: "refused", refusal: refusalOf(error) });
  port.close();
}
