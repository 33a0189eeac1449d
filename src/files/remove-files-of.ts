import { trusted } from "mongoose";
import type { App } from "../app.js";
import type { Archive, StoredFile } from "../graph/stored-file.js";
import type { Store } from "../store/store.js";
import { storageOf } from "./file-record.js";

/** What a record leaves in the file storage. */
export interface FileTraces {
  readonly lightweight: boolean;
  readonly files: readonly StoredFile[];
  readonly archive?: Archive | null | undefined;
}

async function isNeeded({ datasets, modelVersions, trainings }: Store, sha256: string): Promise<boolean> {
  const hash = trusted({ $eq: sha256 });
  const needed = await Promise.all([
    datasets.exists({ "files.sha256": hash }),
    datasets.exists({ "archive.sha256": hash }),
    modelVersions.exists({ "files.sha256": hash }),
    modelVersions.exists({ "archive.sha256": hash }),
    trainings.exists({ "output.sha256": hash }),
  ]);
  return needed.some((each) => each !== null);
}

/** Removes the blobs of a record that is gone, but those that another record has too. Repeatable. */
export async function removeFilesOf(app: App, traces: FileTraces): Promise<void> {
  const hashes = new Set([
    ...traces.files.map(({ sha256 }) => sha256),
    ...(traces.archive ? [traces.archive.sha256] : []),
  ]);
  for (const sha256 of hashes) if (!(await isNeeded(app.store, sha256))) await storageOf(app, traces).remove(sha256);
}
