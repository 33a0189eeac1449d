import { join } from "node:path";
import type { App } from "../app.js";
import { ROCAS } from "../caller.js";
import { DomainError } from "../errors.js";
import { FilesState } from "../graph/stored-file.js";
import { asRead, changeRecord } from "../store/change-record.js";
import { systemIntent } from "../store/idempotency.js";
import { nextSeq } from "../store/insert-record.js";
import { packArchive } from "./archive.js";
import { type FileRecord, fileRecordsOf, storageOf } from "./file-record.js";
import { fileListOf, filesOf, isManifestOpen } from "./files-of.js";
import { hasMissing } from "./missing-files.js";
import { releaseFiles } from "./release-files.js";

/** True if every file has arrived and none can be added. */
async function isComplete(store: App["store"], record: FileRecord): Promise<boolean> {
  if (isManifestOpen(record)) return false;
  const list = fileListOf(record);
  if (list !== null) return !(await hasMissing(store, list));
  return record.files.every(({ name }) => record.received.includes(name));
}

/**
 * Makes a complete record READY and current, in one compare-and-set: the commit. Until then the record that it replaces
 * stays current. Repeatable: after a crash the record is PENDING, and repeating the last upload commits it.
 */
export async function commitFiles(app: App, record: FileRecord): Promise<FileRecord> {
  const records = fileRecordsOf(app.store, record._id);
  if (!records || record.state === FilesState.READY || !(await isComplete(app.store, record))) return record;
  const files = record.compressed ? await filesOf(app.store, record) : [];
  const archive =
    files.length > 0 ? await packArchive(files, storageOf(app, record), join(app.settings.ROCAS_DATA, "spool")) : null;
  // The archive replaces the plain files. They are listed for deletion before the commit, so that nothing has to follow
  // it. The sweep keeps files that a record needs, as this one does until the commit.
  if (archive) await releaseFiles(app, { lightweight: record.lightweight, files });
  for (;;) {
    const seq = await nextSeq(records, record.key);
    try {
      const committed = await changeRecord(
        records,
        asRead(record),
        ({ state }) =>
          state === FilesState.READY ? null : { state: FilesState.READY, seq, superseded: false, archive },
        systemIntent(ROCAS),
      );
      await app.work.relay(committed);
      return committed;
    } catch (error) {
      // Another record of the name took that place: try the next.
      if (!(error instanceof DomainError && error.code === "CONFLICT")) throw error;
    }
  }
}
