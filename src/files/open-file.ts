import { Readable } from "node:stream";
import type { App } from "../app.js";
import { DomainError, notFound } from "../errors.js";
import { kindOf } from "../graph/id.js";
import { FilesState } from "../graph/stored-file.js";
import type { ByteRange } from "../storage/file-storage.js";
import { findByIds } from "../store/read-records.js";
import { packStream, unpackFile } from "./archive.js";
import { type FileRecord, fileRecord, storageOf } from "./file-record.js";
import { fileNamed, filesOf } from "./files-of.js";

export interface OpenedFile {
  /** Streams the content, or a range of it. @throws NOT_FOUND if the storage has lost it. */
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

/** Opens a file, plain or in the archive. @throws NOT_FOUND, CONFLICT */
export async function openFile(app: App, record: FileRecord, name: string): Promise<OpenedFile> {
  refuseIncomplete(record);
  const file = await fileNamed(app.store, record, name);
  if (!file) throw notFound("file");
  const storage = storageOf(app, record);
  const { archive } = record;
  const read = async (range?: ByteRange) => {
    if (!archive) return storage.read(file.sha256, range);
    const content = await unpackFile(archive.sha256, file, storage);
    return range ? slice(content, range) : content;
  };
  return { read, size: file.size, sha256: file.sha256 };
}

/** Size and hash are null if only the end reveals them. */
interface OpenedArchive {
  /** A range needs a known size. @throws NOT_FOUND */
  read(range?: ByteRange): Promise<Readable>;
  readonly size: number | null;
  readonly sha256: string | null;
}

/** Opens the whole record as a tar.gz. @throws CONFLICT */
async function openArchive(app: App, record: FileRecord): Promise<OpenedArchive> {
  refuseIncomplete(record);
  const storage = storageOf(app, record);
  if (!record.archive)
    return { read: async () => packStream(await filesOf(app.store, record), storage), size: null, sha256: null };
  const { size, sha256 } = record.archive;
  return { read: (range) => storage.read(sha256, range), size, sha256 };
}

/** A content and the file name under which it is saved. */
export interface Download extends OpenedArchive {
  readonly name: string;
  /** Returns the address of the content in the storage, or null. @param headers of its answer */
  location?(headers: Readonly<Record<string, string>>): Promise<string | null>;
}

/** Adds the address of a content that is stored as it is. Not of what is read out of an archive, or packed. */
const located = (
  { directFiles }: Pick<App, "directFiles">,
  download: Download,
  stored: { readonly sha256: string } | null | undefined,
): Download =>
  directFiles && stored
    ? { ...download, location: (headers) => directFiles.downloadUrl(stored.sha256, headers) }
    : download;

/**
 * Opens a file of a dataset or version, the whole of it as a tar.gz, or the executed notebook of a training.
 * @throws NOT_FOUND, CONFLICT if files are still missing.
 */
export async function openDownload(
  app: App,
  { record: id, name }: { readonly record: string; readonly name: string | null },
): Promise<Download> {
  if (kindOf(id) === "train") return openOutput(app, id);
  const record = await fileRecord(app.store, id);
  if (!record) throw notFound("record");
  if (name === null) {
    const whole = { ...(await openArchive(app, record)), name: `${record.name}.tar.gz` };
    return located(app, whole, record.lightweight ? null : record.archive);
  }
  const file = { ...(await openFile(app, record, name)), name };
  return located(app, file, record.lightweight || record.archive ? null : file);
}

async function openOutput(app: App, id: string): Promise<Download> {
  const { store, files } = app;
  const [training] = await findByIds(store.trainings, [id]);
  if (!training?.output) throw notFound("executed notebook");
  const { sha256, size } = training.output;
  const output = {
    read: (range?: ByteRange) => files.read(sha256, range),
    size,
    sha256,
    name: `${training.name}.ipynb`,
  };
  return located(app, output, training.output);
}

export const notStored = (): DomainError =>
  new DomainError(
    "CONFLICT",
    "The files of the dataset are not kept here (`stored` is false): there is nothing to fetch. Publish it with `stored: true` and its files to keep them.",
  );

/** Returns a range of a stream without random access. */
const slice = (content: Readable, range: ByteRange): Readable =>
  Readable.from(pieces(content, range), { objectMode: false });

async function* pieces(content: Readable, { start, end }: ByteRange): AsyncGenerator<Buffer> {
  let at = 0;
  for await (const piece of content as AsyncIterable<Buffer>) {
    const part = piece.subarray(Math.max(start - at, 0), Math.max(end + 1 - at, 0));
    if (part.length > 0) yield part;
    at += piece.length;
    if (at > end) return;
  }
}
