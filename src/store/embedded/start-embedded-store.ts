import { existsSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { askCheck } from "./check/ask-check.js";
import { compiled } from "./compiled.js";
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
  await refuseDamaged(join(dataFolder, "store"));
  const workerData: WorkerStart = { dataFolder };
  const worker = new Worker(compiled("worker.js"), { workerData, name: "embedded-store" });
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

/** Damage may end a process by a signal, without a word: a first look is another process's. @throws an Error that says what to do */
async function refuseDamaged(folder: string): Promise<void> {
  if (!existsSync(join(folder, "data.mdb"))) return;
  const report = await askCheck(folder, "ENDS");
  const damage = report?.damage[0];
  if (damage)
    throw new Error(
      `The store in ${folder} cannot be read: ${damage}. Restore the folder from a backup, or choose another data folder (ROCAS_DATA); npm run store:check tells all that is wrong.`,
    );
}
