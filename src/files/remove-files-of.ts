import type { App } from "../app.js";
import type { Archive, StoredFile } from "../graph/stored-file.js";
import { storageOf } from "./file-record.js";
import type { Holder } from "../graph/manifest.js";
import { filesOf } from "./files-of.js";
import { expectNothing } from "./missing-files.js";

type Storages = Pick<App, "files" | "lightweightFiles">;

/** The files that a record leaves in the file storage. */
export interface FileTraces {
  readonly lightweight: boolean;
  readonly files: readonly StoredFile[];
  readonly archive?: Archive | null | undefined;
}

/** Gives files up. They go a day later, but those that another record needs too. Repeatable. */
export async function removeFilesOf(app: Storages, traces: FileTraces): Promise<void> {
  const hashes = new Set([...traces.files, ...(traces.archive ? [traces.archive] : [])].map(({ sha256 }) => sha256));
  await storageOf(app, traces).remove([...hashes]);
}

/** Gives up what a record has and awaits of files. Its list stays while a snapshot of it needs that. Repeatable. */
export async function giveUpFilesOf(app: Storages & Pick<App, "store">, record: Holder & FileTraces): Promise<void> {
  await removeFilesOf(app, { ...record, files: await filesOf(app.store, record) });
  await expectNothing(app.store, record._id);
}
