import { trusted } from "mongoose";
import type { App } from "../app.js";
import { ROCAS } from "../caller.js";
import type { Holder } from "../graph/manifest.js";
import { type Archive, FilesState, type StoredFile } from "../graph/stored-file.js";
import { systemIntent } from "../store/idempotency.js";
import { leaveTombstone } from "../store/tombstone.js";
import { DAY_MS } from "../units.js";
import { fileCollections, type FileRecord, fileRecord, storageOf } from "./file-record.js";
import { fileListOf, filesOf } from "./files-of.js";
import { deleteMissingOfRecord } from "./missing-files.js";

type Storages = Pick<App, "files" | "lightweightFiles">;

/** The files that a record has in the file storage. */
export interface RecordFiles {
  readonly lightweight: boolean;
  readonly files: readonly StoredFile[];
  readonly archive?: Archive | null | undefined;
}

/** Releases files: they are deleted a day later unless a record needs them. Repeatable. */
export async function releaseFiles(app: Storages, released: RecordFiles): Promise<void> {
  const hashes = new Set(
    [...released.files, ...(released.archive ? [released.archive] : [])].map(({ sha256 }) => sha256),
  );
  await storageOf(app, released).remove([...hashes]);
}

/** Releases a record's files, missing ones too. Its list stays for snapshots. Repeatable. */
export async function releaseFilesOf(app: Storages & Pick<App, "store">, record: Holder & RecordFiles): Promise<void> {
  await releaseFiles(app, { ...record, files: await filesOf(app.store, record) });
  await deleteMissingOfRecord(app.store, record._id);
}

const BATCH = 100;

/** A storage that deletes what has been unused for a day. */
export interface Sweepable {
  sweep(): Promise<void>;
}

/** Deletes records left incomplete, and files left unneeded, for a day. */
export async function sweepFiles(app: App, storages: readonly Sweepable[]): Promise<void> {
  await deleteAbandoned(app);
  await deleteOrphans(app);
  for (const storage of storages) await storage.sweep();
}

/** Deletes incomplete records a day after their last file arrived. */
async function deleteAbandoned(app: App): Promise<void> {
  const before = new Date((await app.store.now()).getTime() - DAY_MS);
  const isAbandoned = ({ state, modified_at }: FileRecord) => state === FilesState.PENDING && modified_at < before;
  for (const records of fileCollections(app.store)) {
    const abandoned = await records
      .find({ state: FilesState.PENDING, modified_at: trusted({ $lt: before }) })
      .limit(BATCH)
      .lean<FileRecord[]>();
    for (const record of abandoned) {
      await releaseFilesOf(app, record);
      await leaveTombstone(records, record._id, systemIntent(ROCAS), isAbandoned);
    }
  }
}

/** Deletes missing files without a record, and those that came while a manifest was completed. */
async function deleteOrphans({ store }: App): Promise<void> {
  const before = new Date((await store.now()).getTime() - DAY_MS);
  for (let last = ""; ;) {
    const [next] = await store.missingFiles
      .find({ record: { $gt: last } }, { projection: { record: 1 } })
      .sort({ record: 1 })
      .limit(1)
      .toArray();
    if (!next) return;
    last = next.record;
    const record = await fileRecord(store, last);
    const isAwaited = record?.state === FilesState.PENDING;
    const of = isAwaited ? { $ne: fileListOf(record) ?? last } : { $gt: "" };
    await store.missingFiles.deleteMany({ record: last, of, since: { $lt: before } });
  }
}
