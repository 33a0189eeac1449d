import { Readable } from "node:stream";
import type { App } from "../app.js";
import { ROCAS } from "../caller.js";
import { DomainError, notFound } from "../errors.js";
import { FilesState } from "../graph/stored-file.js";
import { changeRecord } from "../store/change-record.js";
import { ownIntent } from "../store/intent.js";
import { commitFiles } from "./commit-files.js";
import { type FileRecord, fileRecord, fileRecordsOf, storageOf } from "./file-record.js";
import type { ManifestFile } from "./manifest.js";

/** One file of one manifest, as a ticket names it. */
export interface AnnouncedFile {
  readonly record: string;
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
}

/**
 * Takes the bytes of one announced file in; with the last one the record becomes READY. An upload that broke off leaves
 * nothing and is repeated; one that was complete is not taken twice.
 * @throws NOT_FOUND, CONFLICT where the file has arrived already, BAD_USER_INPUT where size or checksum differ.
 */
export async function receiveFile(
  app: App,
  announced: AnnouncedFile,
  content: Readable,
): Promise<{ state: FilesState }> {
  const record = await fileRecord(app.store, announced.record);
  const file = record?.files.find(({ name, sha256 }) => name === announced.name && sha256 === announced.sha256);
  if (!record || !file) throw notFound("file");
  if (record.deleting) throw new DomainError("CONFLICT", "The record is being deleted.");
  if (record.received.includes(file.name)) {
    if (record.state === FilesState.READY) throw new DomainError("CONFLICT", "The file has arrived already.");
    content.resume();
  } else await storageOf(app, record).write(content, { sha256: file.sha256, size: file.size });
  const { state } = await commitFiles(app, await received(app, record, [file.name]));
  return { state };
}

/** Stores what came with the request itself, and makes the record READY where nothing else is missing. Repeatable. */
export async function receiveGiven(app: App, record: FileRecord, files: readonly ManifestFile[]): Promise<FileRecord> {
  if (record.state === FilesState.READY) return record;
  const given = files.flatMap(({ name, size, sha256, content }) => (content ? [{ name, size, sha256, content }] : []));
  for (const { content, ...file } of given) await storageOf(app, record).write(Readable.from([content]), file);
  return commitFiles(
    app,
    given.length > 0
      ? await received(
          app,
          record,
          given.map(({ name }) => name),
        )
      : record,
  );
}

function received({ store }: App, record: FileRecord, names: readonly string[]): Promise<FileRecord> {
  const records = fileRecordsOf(store, record._id);
  if (!records) throw notFound("record");
  return changeRecord(
    records,
    record._id,
    (current) => ({ received: [...new Set([...current.received, ...names])] }),
    ownIntent(ROCAS),
  );
}
