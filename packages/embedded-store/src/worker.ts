import { parentPort, workerData } from "node:worker_threads";
import { openEmbeddedStore } from "./open-embedded-store.js";

/** The data that the worker is started with. */
export interface WorkerStart {
  readonly dataFolder: string;
}

/** An error that refused a folder; `code`, `path` and `syscall` are there if the operating system refused it. */
export interface Refusal {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly path?: string;
  readonly syscall?: string;
}

/** Reports of the worker: one on how opening went, later ones on faults. */
export type WorkerReport =
  | { readonly kind: "listening"; readonly uri: string }
  | { readonly kind: "refused"; readonly refusal: Refusal }
  | { readonly kind: "fault"; readonly message: string };

/** Orders to the worker. */
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
