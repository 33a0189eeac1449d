import type { App } from "../app.js";
import type { Archive, StoredFile } from "../graph/stored-file.js";
import { storageOf } from "./file-record.js";

/** What a record leaves in the file storage. */
export interface FileTraces {
  readonly lightweight: boolean;
  readonly files: readonly StoredFile[];
  readonly archive?: Archive | null | undefined;
}

/** Gives the files of a record up. They go a day later, but those that another record needs too. Repeatable. */
export async function removeFilesOf(app: App, traces: FileTraces): Promise<void> {
  const hashes = new Set([...traces.files, ...(traces.archive ? [traces.archive] : [])].map(({ sha256 }) => sha256));
  for (const sha256 of hashes) await storageOf(app, traces).remove(sha256);
}
