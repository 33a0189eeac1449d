import { parentPort, workerData } from "node:worker_threads";
import { fileSentence, isAboutFile } from "../../system-error.js";
import { openEmbeddedStore } from "./open-embedded-store.js";
import { CLOSE, type WorkerReport, type WorkerStart } from "./worker-messages.js";

const port = parentPort!;
const report = (message: WorkerReport): void => port.postMessage(message);
const { dataFolder } = workerData as WorkerStart;

const describe = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));

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
  const sentence = isAboutFile(error) ? fileSentence(error) : error instanceof Error ? error.message : String(error);
  report({ kind: "refused", message: sentence });
  port.close();
}
