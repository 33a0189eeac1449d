import { trusted } from "mongoose";
import type { App } from "../app.js";
import { ROCAS } from "../caller.js";
import { type Archive, FilesState, type Holder, type StoredFile } from "../graph/stored-file.js";
import { ownIntent } from "../store/idempotency.js";
import { leaveTombstone } from "../store/tombstone.js";
import { type FileRecord, fileRecord, type fileRecordsOf, storageOf } from "./file-record.js";
import { fileListOf, filesOf } from "./files-of.js";
import { deleteMissingOfRecord } from "./missing-files.js";

type Storages = Pick<App, "files" | "lightweightFiles">;

/** The files that a record leaves in the file storage. */
export interface RecordFiles {
  readonly lightweight: boolean;
  readonly files: readonly StoredFile[];
  readonly archive?: Archive | null | undefined;
}

/** Gives files up. They go a day later, but those that another record needs too. Repeatable. */
export async function releaseFiles(app: Storages, released: RecordFiles): Promise<void> {
  const hashes = new Set(
    [...released.files, ...(released.archive ? [released.archive] : [])].map(({ sha256 }) => sha256),
  );
  await storageOf(app, released).remove([...hashes]);
}

/** Gives up what a record has and awaits of files. Its list stays while a snapshot of it needs that. Repeatable. */
export async function releaseFilesOf(app: Storages & Pick<App, "store">, record: Holder & RecordFiles): Promise<void> {
  await releaseFiles(app, { ...record, files: await filesOf(app.store, record) });
  await deleteMissingOfRecord(app.store, record._id);
}

const DAY_MS = 24 * 60 * 60 * 1000;
const BATCH = 100;

/** A place that lets go by itself what has been of no use for a day. */
interface Sweepable {
  sweep(): Promise<void>;
}

/** Lets go what nobody finished within a day, and the files that no record has needed for a day. */
export async function sweepFiles(app: App, storages: readonly Sweepable[]): Promise<void> {
  await deleteAbandoned(app);
  await deleteOrphans(app);
  for (const storage of storages) await storage.sweep();
}

/** Records whose last file arrived more than a day ago, and which miss others still. Each file that arrives gives another day. */
async function deleteAbandoned(app: App): Promise<void> {
  const { datasets, modelVersions } = app.store;
  const before = new Date((await app.store.now()).getTime() - DAY_MS);
  const isAbandoned = ({ state, modified_at }: FileRecord) => state === FilesState.PENDING && modified_at < before;
  for (const records of [datasets, modelVersions] as unknown as ReturnType<typeof fileRecordsOf>[]) {
    if (!records) continue;
    const abandoned = await records
      .find({ state: FilesState.PENDING, modified_at: trusted({ $lt: before }) })
      .limit(BATCH)
      .lean<FileRecord[]>();
    for (const record of abandoned) {
      await releaseFilesOf(app, record);
      await leaveTombstone(records, record._id, ownIntent(ROCAS), isAbandoned);
    }
  }
}

/** Files that were to come of a record that a crash kept from being made, or that joined a manifest when it was complete. */
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
