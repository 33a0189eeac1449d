import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { CLOSE, type WorkerReport, type WorkerStart } from "./worker-messages.js";

export interface StartedStore {
  readonly uri: string;
  /** Settles when the worker has ended without being asked to. */
  readonly lost: Promise<Error>;
  close(): Promise<void>;
}

/** @throws an Error with a sentence for the operator where the folder cannot be opened. */
export async function startEmbeddedStore(
  dataFolder: string,
  onFault: (message: string) => void,
): Promise<StartedStore> {
  const workerData: WorkerStart = { dataFolder };
  const worker = new Worker(workerFile(), { workerData, name: "embedded-store" });
  let isClosing = false;
  const ended = new Promise<Error>((resolve) => {
    worker.once("error", (error: unknown) =>
      resolve(new Error(`The embedded store has died: ${(error as Error).message}`, { cause: error })),
    );
    worker.once("exit", (code) => resolve(new Error(`The embedded store has ended (code ${code}).`)));
  });
  const uri = await new Promise<string>((resolve, reject) => {
    worker.on("message", (report: WorkerReport) => {
      if (report.kind === "listening") resolve(report.uri);
      else if (report.kind === "refused") reject(new Error(report.message));
      else onFault(report.message);
    });
    void ended.then(reject);
  });
  return {
    uri,
    lost: new Promise((resolve) => void ended.then((error) => !isClosing && resolve(error))),
    async close() {
      isClosing = true;
      worker.postMessage(CLOSE);
      await ended;
    },
  };
}

/** The worker always runs compiled: no loader of the process that starts it reaches into it. */
function workerFile(): string {
  const path = join(packageRoot(dirname(fileURLToPath(import.meta.url))), "dist/store/embedded/worker.js");
  if (!existsSync(path))
    throw new Error(`The compiled store ${path} is missing: compile first (npx tsc -p tsconfig.build.json).`);
  return path;
}

function packageRoot(folder: string): string {
  if (existsSync(join(folder, "package.json"))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error("No package.json above the store's code.");
  return packageRoot(parent);
}
