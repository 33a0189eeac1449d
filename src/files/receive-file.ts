import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { App } from "../app.js";
import { ROCAS } from "../caller.js";
import { DomainError, notFound } from "../errors.js";
import { FilesState } from "../graph/stored-file.js";
import { ContentCheck } from "../storage/content-check.js";
import type { ExpectedFile } from "../storage/file-storage.js";
import { OffsetConflict, uploadMismatch } from "../storage/storage-errors.js";
import { asRead, changeRecord } from "../store/change-record.js";
import { systemIntent } from "../store/idempotency.js";
import { MINUTE_MS } from "../units.js";
import { commitFiles } from "./commit-files.js";
import { type FileRecord, fileRecord, fileRecordsOf, storageOf } from "./file-record.js";
import { fileListOf, uploadTarget } from "./files-of.js";
import type { ManifestFile } from "./manifest.js";
import { deleteMissing } from "./missing-files.js";

/** Minimum time between two changes that only note arrivals. */
const ARRIVAL_INTERVAL_MS = 10 * MINUTE_MS;

/** A file of a manifest, as a ticket names it. */
export interface AnnouncedFile {
  readonly record: string;
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
}

/** Progress of an upload, and the state of its record. */
export interface UploadProgress {
  /** Bytes that have arrived. */
  readonly offset: number;
  readonly state: FilesState;
}

/**
 * Receives all bytes of an announced file; the last file makes the record READY. An interrupted upload is kept for a
 * day. Bytes for a file that has arrived are compared, and change nothing.
 * @throws NOT_FOUND, UploadBusy, CONFLICT if the record is being deleted, BAD_USER_INPUT if size or checksum differ.
 */
export async function receiveFile(
  app: App,
  announced: AnnouncedFile,
  content: Readable,
): Promise<{ state: FilesState }> {
  const { offset, state } = await receiveRest(app, announced, content, 0);
  if (offset < announced.size)
    throw uploadMismatch(`The content has ${offset} bytes where ${announced.size} were declared.`);
  return { state };
}

/**
 * Receives bytes of an announced file from the offset on; offset 0 starts again. More may follow.
 * @throws OffsetConflict if another number of bytes is there, and as `receiveFile`. After a wrong checksum the upload
 * starts again.
 */
export async function receiveRest(
  app: App,
  announced: AnnouncedFile,
  content: Readable,
  offset: number,
): Promise<UploadProgress> {
  const { record, file, isMissing } = await findAnnounced(app, announced);
  const { name, sha256, size } = file;
  if (!isMissing) {
    if (offset > 0 && offset !== size) throw new OffsetConflict(size);
    if (offset === 0) await compareContent(content, { sha256, size });
    else content.resume();
  } else {
    const storage = storageOf(app, record);
    const end = await app.partialFiles.append(uploadId(announced), offset, content, { sha256, size }, (arrived) =>
      storage.take(arrived, { sha256, size }),
    );
    if (end < size) return { offset: end, state: record.state };
  }
  const { state } = await commitFiles(app, await markReceived(app, record, [name]));
  return { offset: size, state };
}

/** Returns the offset at which the upload continues. @throws NOT_FOUND */
export async function uploadProgress(app: App, announced: AnnouncedFile): Promise<UploadProgress> {
  const { record, file, isMissing } = await findAnnounced(app, announced);
  const offset = isMissing ? await app.partialFiles.size(uploadId(announced)) : file.size;
  return { offset, state: record.state };
}

async function findAnnounced({ store }: App, announced: AnnouncedFile) {
  const record = await fileRecord(store, announced.record);
  const sought = record && (await uploadTarget(store, record, announced.name));
  if (!record || sought?.file.sha256 !== announced.sha256) throw notFound("file");
  if (record.deleting) throw new DomainError("CONFLICT", "The record is being deleted: it takes no bytes any more.");
  return { record, ...sought };
}

/**
 * Returns the id of an upload in the storage. Record and name are hashed, not the content: a client that announces a
 * checksum must not reach the upload of another.
 */
export const uploadId = ({ record, name }: Pick<AnnouncedFile, "record" | "name">): string =>
  createHash("sha256").update(`${record}/${name}`).digest("hex");

async function compareContent(content: Readable, expected: ExpectedFile): Promise<void> {
  await pipeline(content, new ContentCheck(expected, uploadMismatch), async (checked: AsyncIterable<Buffer>) => {
    for await (const piece of checked) void piece;
  });
}

/** Stores content that came in the request; may make the record READY. Repeatable. */
export async function receiveInline(app: App, record: FileRecord, files: readonly ManifestFile[]): Promise<FileRecord> {
  if (record.state === FilesState.READY) return record;
  const inline = files.flatMap(({ name, size, sha256, content }) => (content ? [{ name, size, sha256, content }] : []));
  for (const { content, ...file } of inline) await storageOf(app, record).write(Readable.from([content]), file);
  return commitFiles(
    app,
    inline.length > 0
      ? await markReceived(
          app,
          record,
          inline.map(({ name }) => name),
        )
      : record,
  );
}

export async function markReceived({ store }: App, record: FileRecord, names: readonly string[]): Promise<FileRecord> {
  const records = fileRecordsOf(store, record._id);
  if (!records) throw notFound("record");
  const list = fileListOf(record);
  if (list === null)
    return changeRecord(
      records,
      asRead(record),
      (current) => ({ received: [...new Set([...current.received, ...names])] }),
      systemIntent(ROCAS),
    );
  await deleteMissing(store, list, names);
  // Thousands of files may arrive in a row: few change the record.
  const now = await store.now();
  if (now.getTime() - (record.last_arrival?.getTime() ?? 0) < ARRIVAL_INTERVAL_MS) return record;
  return changeRecord(records, record._id, () => ({ last_arrival: now }), systemIntent(ROCAS));
}
