import type { App } from "../app.js";
import { DomainError, notFound } from "../errors.js";
import type { ExpectedFile } from "../storage/file-storage.js";
import { changeRecord } from "../store/change-record.js";
import { idempotent, type Intent } from "../store/idempotency.js";
import { commitFiles } from "./commit-files.js";
import { type FileRecord, fileRecord, fileRecordsOf, storageOf } from "./file-record.js";
import { uploadTarget } from "./files-of.js";
import type { ConfirmUploadInput } from "./files.inputs.js";
import { markReceived, uploadId } from "./receive-file.js";

/**
 * Takes a file that a client sent past this server, once its size and checksum are right; the last one makes the record
 * READY. Repeatable.
 * @throws NOT_FOUND, CONFLICT if nothing was sent or the record is being deleted, BAD_USER_INPUT if size or checksum
 * differ: what was sent goes then.
 */
export async function confirmUpload(app: App, intent: Intent, input: ConfirmUploadInput): Promise<FileRecord> {
  const { store } = app;
  const record = await idempotent<FileRecord>(app, intent, async () => {
    const records = fileRecordsOf(store, input.id);
    const found = await fileRecord(store, input.id);
    if (!records || !found) throw notFound("dataset or model version", ["input", "id"]);
    const sought = await uploadTarget(store, found, input.name);
    if (!sought) throw notFound("file", ["input", "name"]);
    if (found.deleting)
      throw new DomainError("CONFLICT", "The record is being deleted: it takes no bytes any more.", ["input", "id"]);
    if (sought.isMissing) {
      const { sha256, size } = sought.file;
      await takeSent(app, found, input.name, { sha256, size });
      await markReceived(app, found, [input.name]);
    }
    return changeRecord(records, input.id, () => null, intent);
  });
  return commitFiles(app, record);
}

// A crash in between leaves the file where it was sent, and the next call takes it again; or where it is needed, and
// the sweep removes what was sent.
async function takeSent(app: App, record: FileRecord, name: string, expected: ExpectedFile): Promise<void> {
  const { directFiles } = app;
  const id = uploadId({ record: record._id, name });
  const received = await directFiles?.received(id);
  if (!directFiles || !received)
    throw new DomainError(
      "CONFLICT",
      "Nothing of this file is in the bucket: send it by PUT to the `direct` address of its upload first.",
      ["input", "name"],
    );
  try {
    await storageOf(app, record).take(received, expected);
  } catch (error) {
    if (!(error instanceof DomainError && error.code === "BAD_USER_INPUT")) throw error;
    await directFiles.remove(id);
    throw new DomainError(error.code, error.message, ["input", "name"]);
  }
  await directFiles.remove(id);
}
