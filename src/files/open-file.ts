import type { Readable } from "node:stream";
import type { App } from "../app.js";
import { DomainError, notFound } from "../errors.js";
import { FilesState } from "../graph/stored-file.js";
import type { ByteRange } from "../storage/file-storage.js";
import { cut } from "./cut.js";
import { type FileRecord, storageOf } from "./file-record.js";
import { fileOf, filesOf } from "./files-of.js";
import { notStored } from "./not-stored.js";
import { packStream } from "./pack.js";
import { unpack } from "./unpack.js";

export interface OpenedFile {
  /** Streams the content, or a range of it. @throws NOT_FOUND if the storage has lost it */
  read(range?: ByteRange): Promise<Readable>;
  readonly size: number;
  readonly sha256: string;
}

function refuseIncomplete(record: FileRecord): void {
  const { state } = record;
  if ("stored" in record && !record.stored) throw notStored();
  if (state !== FilesState.READY)
    throw new DomainError("CONFLICT", "Files of the record are still missing: `uploads` says which; send them first.");
}

/** One file of a record, streamed, whether it is kept by itself or inside the record's archive. @throws NOT_FOUND, CONFLICT */
export async function openFile(app: App, record: FileRecord, name: string): Promise<OpenedFile> {
  refuseIncomplete(record);
  const file = await fileOf(app.store, record, name);
  if (!file) throw notFound("file");
  const storage = storageOf(app, record);
  const { archive } = record;
  const read = async (range?: ByteRange) => {
    if (!archive) return storage.read(file.sha256, range);
    const content = await unpack(archive.sha256, file, storage);
    return range ? cut(content, range) : content;
  };
  return { read, size: file.size, sha256: file.sha256 };
}

/** Size and hash are null where they are not known before the end. */
export interface OpenedArchive {
  /** A range only if the size is known. @throws NOT_FOUND */
  read(range?: ByteRange): Promise<Readable>;
  readonly size: number | null;
  readonly sha256: string | null;
}

/** The whole record as a tar.gz. Size and hash are known where it is kept so. @throws CONFLICT */
export async function openArchive(app: App, record: FileRecord): Promise<OpenedArchive> {
  refuseIncomplete(record);
  const storage = storageOf(app, record);
  if (!record.archive)
    return { read: async () => packStream(await filesOf(app.store, record), storage), size: null, sha256: null };
  const { size, sha256 } = record.archive;
  return { read: (range) => storage.read(sha256, range), size, sha256 };
}
