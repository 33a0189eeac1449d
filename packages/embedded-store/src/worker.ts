import { parentPort, workerData } from "node:worker_threads";
import { openEmbeddedStore } from "./open-embedded-store.js";
import { CLOSE, type Refusal, type WorkerReport, type WorkerStart } from "./worker-messages.js";

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
  port.on("message", (message) => {
    if (message === CLOSE) void store.close().finally(() => port.close());
  });
  report({ kind: "listening", uri: store.uri });
} catch (error) {
  report({ kind: "refused", refusal: refusalOf(error) });
  port.close();
}
