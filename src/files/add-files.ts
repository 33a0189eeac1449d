import type { App } from "../app.js";
import { DomainError, notFound } from "../errors.js";
import { kindOf } from "../graph/id.js";
import { FilesState, type ManifestSummary, type StoredFile } from "../graph/stored-file.js";
import { changeRecord } from "../store/change-record.js";
import { idempotent, type Intent } from "../store/idempotency.js";
import { requireParent } from "../store/read-records.js";
import { commitFiles } from "./commit-files.js";
import { checkContract } from "./file-contract.js";
import { asStoredFiles } from "./file-lists.js";
import { type FileRecord, fileRecord, fileRecordsOf } from "./file-record.js";
import { isManifestOpen, writeManifest } from "./files-of.js";
import type { AddFilesInput } from "./files.inputs.js";
import { checkManifest, manifestOf, MAX_FILES, refuseTexts, tooManyFiles } from "./manifest.js";
import {
  deleteMissing,
  deleteMissingOf,
  findMissing,
  insertMissing,
  listMissing,
  sumMissing,
} from "./missing-files.js";

const MAX_TRIES = 40;

/**
 * Adds files to the manifest of a record made with `moreFiles`. A repeated file counts once. `complete` checks the
 * whole manifest and opens the record for bytes; if the check fails, no file is added.
 * @throws NOT_FOUND, CONFLICT if the manifest is complete, BAD_USER_INPUT, LIMIT_EXCEEDED, CONTRACT_NOT_MET.
 */
export async function addFiles(app: App, intent: Intent, input: AddFilesInput): Promise<FileRecord> {
  const { store } = app;
  const record = await idempotent<FileRecord>(app, intent, async () => {
    const records = fileRecordsOf(store, input.id);
    const found = await fileRecord(store, input.id);
    if (!records || !found) throw notFound("dataset or model version", ["input", "id"]);
    assertOpen(found);
    const files = manifestOf(input.files, found.lightweight);
    refuseTexts(files);
    const added = await addToManifest(app, found, asStoredFiles(files));
    if (input.complete) return completeOrUndo(app, found._id, added, intent);
    // The record changes after its files, so that a completion under way sees a new version and retries.
    const manifest: ManifestSummary = { ...(await sumMissing(store, found._id)), sha256: null };
    return changeRecord(records, found._id, (current) => (assertOpen(current), { manifest }), intent);
  });
  return commitFiles(app, record);
}

function assertOpen(record: FileRecord): void {
  if (record.deleting)
    throw new DomainError("CONFLICT", "The record is being deleted: no file joins it any more.", ["input", "id"]);
  if (record.state === FilesState.READY || !isManifestOpen(record))
    throw new DomainError(
      "CONFLICT",
      "The manifest of the record is complete, and no file joins it: make a record with `moreFiles: true` to add files step by step.",
      ["input", "id"],
    );
}

/** Returns the names that are new. */
async function addToManifest(
  { store }: App,
  { _id }: FileRecord,
  files: readonly StoredFile[],
): Promise<readonly string[]> {
  const known = await findMissing(
    store,
    _id,
    files.map(({ name }) => name),
  );
  refuseConflicting(files, known);
  const all = (await sumMissing(store, _id)).count + files.length - known.length;
  if (all > MAX_FILES) throw tooManyFiles(all, ["input", "files"]);
  refuseConflicting(files, await insertMissing(store, { of: _id, record: _id }, files));
  return files.map(({ name }) => name).filter((name) => !known.some((each) => each.name === name));
}

/** Equal files are no conflict. @throws BAD_USER_INPUT naming the other file. */
function refuseConflicting(files: readonly StoredFile[], existing: readonly StoredFile[]): void {
  const known = new Map(existing.map((file) => [file.name, file]));
  const at = files.findIndex(({ name, size, sha256 }) => {
    const other = known.get(name);
    return other && (other.size !== size || other.sha256 !== sha256);
  });
  if (at >= 0)
    throw new DomainError("BAD_USER_INPUT", `The manifest has another file "${files[at]!.name}" already.`, [
      "input",
      "files",
      at,
      "name",
    ]);
}

/** Takes the added files back after a refusal, so that a corrected request can follow. */
async function completeOrUndo(app: App, id: string, added: readonly string[], intent: Intent): Promise<FileRecord> {
  try {
    return await completeManifest(app, id, intent);
  } catch (error) {
    if (error instanceof DomainError) await deleteMissing(app.store, id, added);
    throw error;
  }
}

async function completeManifest(app: App, id: string, intent: Intent): Promise<FileRecord> {
  const { store } = app;
  const records = fileRecordsOf(store, id)!;
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const current = await fileRecord(store, id);
    if (!current) throw notFound("dataset or model version", ["input", "id"]);
    assertOpen(current);
    const files = asStoredFiles(await listMissing(store, id));
    await checkComplete(app, current, files);
    const change = await writeManifest(store, id, files);
    try {
      const closed = await changeRecord(records, id, (now) => (assertUnchanged(now, current), change), intent);
      await deleteMissingOf(store, id);
      return closed;
    } catch (error) {
      if (!(error instanceof RecordChanged)) throw error;
    }
  }
  throw new DomainError("CONFLICT", "Files are being added all the time: complete the manifest when that has ended.", [
    "input",
    "complete",
  ]);
}

/** The record has changed since its files were read. */
class RecordChanged extends Error {}

function assertUnchanged(now: FileRecord, seen: FileRecord): void {
  assertOpen(now);
  if (now.version !== seen.version) throw new RecordChanged();
}

/** Checks the whole manifest. Errors point at `files`: most files came in earlier requests. */
async function checkComplete({ store }: App, record: FileRecord, files: readonly StoredFile[]): Promise<void> {
  const { model_files, data_files } = await requireParent(store.models, record.model);
  try {
    checkManifest(files, record.lightweight, []);
    checkContract(kindOf(record._id) === "dataset" ? data_files : model_files, files, []);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    throw new DomainError(error.code, error.message, ["input", "files"]);
  }
}
