import type { Readable } from "node:stream";
import type { App } from "../app.js";
import { DomainError, notFound } from "../errors.js";
import { FilesState } from "../graph/stored-file.js";
import { type FileRecord, storageOf } from "./file-record.js";
import { packStream } from "./pack.js";
import { unpack } from "./unpack.js";

export interface OpenedFile {
  readonly content: Readable;
  readonly size: number;
  readonly sha256: string;
}

function refuseIncomplete({ state }: FileRecord): void {
  if (state !== FilesState.READY) throw new DomainError("CONFLICT", "Files of the record are still missing.");
}

/** One file of a record, streamed, whether it is kept by itself or inside the record's archive. @throws NOT_FOUND, CONFLICT */
export async function openFile(app: App, record: FileRecord, name: string): Promise<OpenedFile> {
  refuseIncomplete(record);
  const file = record.files.find((each) => each.name === name);
  if (!file) throw notFound("file");
  const storage = storageOf(app, record);
  const content = record.archive ? await unpack(record.archive.sha256, file, storage) : await storage.read(file.sha256);
  return { content, size: file.size, sha256: file.sha256 };
}

/** Size and hash are null where they are not known before the end. */
export interface OpenedArchive {
  readonly content: Readable;
  readonly size: number | null;
  readonly sha256: string | null;
}

/** The whole record as a tar.gz. Size and hash are known where it is kept so. @throws CONFLICT */
export async function openArchive(app: App, record: FileRecord): Promise<OpenedArchive> {
  refuseIncomplete(record);
  const storage = storageOf(app, record);
  if (!record.archive) return { content: packStream(record.files, storage), size: null, sha256: null };
  const { size, sha256 } = record.archive;
  return { content: await storage.read(sha256), size, sha256 };
}
