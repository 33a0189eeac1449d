import type { App } from "../app.js";
import type { Dataset } from "../dataset/dataset.js";
import { kindOf, KINDS } from "../graph/id.js";
import { FilesState } from "../graph/stored-file.js";
import { hasFiles } from "../kinds/record-kind.js";
import type { ModelVersion } from "../model-version/model-version.js";
import type { FileStorage } from "../storage/file-storage.js";
import { findByIds } from "../store/read-records.js";
import type { Records, Store } from "../store/store.js";
import type { KeptFilesInput } from "./files.inputs.js";

/** A record that has files. */
export type FileRecord = Dataset | ModelVersion;

/** Returns the collection of a record with files, or null. */
export function fileRecordsOf({ byKind, kinds }: Store, id: string): Records<FileRecord> | null {
  const kind = kindOf(id);
  return kind && hasFiles(kinds[kind]) ? (byKind[kind] as unknown as Records<FileRecord>) : null;
}

/** Returns all collections of records with files. */
export const fileCollections = ({ byKind, kinds }: Store): readonly Records<FileRecord>[] =>
  KINDS.filter((kind) => hasFiles(kinds[kind])).map((kind) => byKind[kind] as unknown as Records<FileRecord>);

export async function fileRecord(store: Store, id: string): Promise<FileRecord | null> {
  const records = fileRecordsOf(store, id);
  return records ? ((await findByIds(records, [id]))[0] ?? null) : null;
}

/** Returns the storage that holds the files of a record. */
export const storageOf = (
  { files, lightweightFiles }: Pick<App, "files" | "lightweightFiles">,
  { lightweight }: Pick<FileRecord, "lightweight">,
): FileStorage => (lightweight ? lightweightFiles : files);

/** Returns the bytes of a record's archive, or of its files. */
export const fileBytesOf = ({ files, manifest, archive }: Pick<FileRecord, "files" | "manifest" | "archive">): number =>
  archive?.size ?? manifest?.bytes ?? files.reduce((sum, { size }) => sum + size, 0);

/** Returns the initial file fields of a new record. */
export const pendingFileFields = ({ details, compressed, lightweight }: KeptFilesInput) => ({
  details: details ?? {},
  compressed,
  lightweight,
  state: FilesState.PENDING,
  received: [],
});
