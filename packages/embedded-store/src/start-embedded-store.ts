import { existsSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { askCheck, StoreDamaged } from "./check/ask-check.js";
import { hasDiskRoom } from "./engine/store-file.js";
import type { Refusal, WorkerOrder, WorkerReport, WorkerStart } from "./worker.js";

export interface StartedStore {
  /** The address for MongoDB's driver. */
  readonly uri: string;
  /** Settles if the worker ends without being asked to. */
  readonly lost: Promise<Error>;
  /** True if the disk has the room without which the store takes no writes. @throws the operating system's error */
  hasDiskRoom(): boolean;
  close(): Promise<void>;
}

/**
 * Serves the store in the folder `store` of the data folder, by a worker thread of its own.
 * @param onFault told of what should never happen, with a stack
 * @throws an Error with a sentence for the operator if the folder cannot be opened: its name is `FolderTaken` if another
 * process serves it and `StoreDamaged` if it cannot be read; an error of the operating system has its code and path
 */
export async function startEmbeddedStore(
  dataFolder: string,
  onFault: (message: string) => void,
): Promise<StartedStore> {
  await refuseDamaged(join(dataFolder, "store"));
  const workerData: WorkerStart = { dataFolder };
  const worker = new Worker(new URL("./worker.js", import.meta.url), { workerData, name: "embedded-store" });
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
      else if (report.kind === "refused") reject(errorOf(report.refusal));
      else onFault(report.message);
    });
    void ended.then(reject);
  });
  return {
    uri,
    lost: new Promise((resolve) => void ended.then((error) => !isClosing && resolve(error))),
    hasDiskRoom: () => hasDiskRoom(dataFolder),
    async close() {
      isClosing = true;
      worker.postMessage("close" satisfies WorkerOrder);
      await ended;
    },
  };
}

const errorOf = ({ message, ...rest }: Refusal): Error => Object.assign(new Error(message), rest);

/** Damage may end a process by a signal, without a word: a first look is another process's. @throws StoreDamaged */
async function refuseDamaged(folder: string): Promise<void> {
  if (!existsSync(join(folder, "data.mdb"))) return;
  const report = await askCheck(folder, "ENDS");
  const damage = report?.damage[0];
  if (damage) throw new StoreDamaged(folder, damage);
}
