import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { trusted } from "mongoose";
import { FilesState } from "../graph/stored-file.js";
import type { ExpectedFile, FileStorage } from "../storage/file-storage.js";
import { DamagedFile } from "../storage/storage-errors.js";
import type { Store } from "../store/store.js";
import type { FilePlace } from "./file-documents.js";
import { fileCollections, type FileRecord } from "./file-record.js";
import { fileListOf, filesOf, isManifestOpen } from "./files-of.js";
import { isReferenced } from "./is-referenced.js";
import { listMissing } from "./missing-files.js";

/** A difference between the records and a storage. */
export interface FileFault {
  readonly is: "missing" | "wrong size" | "damaged" | "of no record";
  readonly sha256: string;
  /** The bytes in the storage; of a missing file those in the record. */
  readonly size: number;
  /** A record that needs the file. */
  readonly record?: string;
}

/** What a record needs of a storage. */
interface NeededFile extends ExpectedFile {
  readonly record: string;
}

/** What a check has looked at. */
export interface CheckedFiles {
  files: number;
  bytes: number;
  /** Files that no record needs any more: they go a day after their release. */
  released: number;
}

/**
 * Compares the records with a storage, and changes neither. It may run beside a server: what it doubts it asks for once
 * more.
 * @param hashes true to read every byte of what a record needs
 * @param checked is counted up
 */
export async function* checkFiles(
  store: Store,
  place: FilePlace,
  storage: FileStorage,
  { hashes, checked }: { readonly hashes: boolean; readonly checked: CheckedFiles },
): AsyncGenerator<FileFault> {
  const needed = await neededFiles(store, place);
  for await (const { sha256, size } of storage.list()) {
    checked.files += 1;
    checked.bytes += size;
    const file = needed.get(sha256);
    needed.delete(sha256);
    if (!file) {
      if (await store.unneededFiles.findOne({ _id: `${place}/${sha256}` })) checked.released += 1;
      else if (!(await isReferenced(store, place, sha256))) yield { is: "of no record", sha256, size };
    } else if (file.size !== size) yield { is: "wrong size", sha256, size, record: file.record };
    else if (hashes && (await isDamaged(storage, sha256))) yield { is: "damaged", sha256, size, record: file.record };
  }
  for (const { sha256, size, record } of needed.values())
    if (!(await storage.has(sha256)) && (await isReferenced(store, place, sha256)))
      yield { is: "missing", sha256, size, record };
}

async function isDamaged(storage: FileStorage, sha256: string): Promise<boolean> {
  try {
    await readToEnd(await storage.read(sha256));
    return false;
  } catch (error) {
    if (error instanceof DamagedFile) return true;
    throw error;
  }
}

const readToEnd = (content: Readable): Promise<void> =>
  pipeline(content, async (pieces: AsyncIterable<Buffer>) => {
    for await (const piece of pieces) void piece;
  });

/** Returns the files that have arrived of all records, by their hash. */
async function neededFiles(store: Store, place: FilePlace): Promise<Map<string, NeededFile>> {
  const needed = new Map<string, NeededFile>();
  const need = (record: string, files: readonly ExpectedFile[]) => {
    for (const { sha256, size } of files) needed.set(sha256, { sha256, size, record });
  };
  for (const records of fileCollections(store)) {
    const lightweight = place === "lightweight";
    for await (const record of records.find({ lightweight }).lean<FileRecord[]>().cursor() as AsyncIterable<FileRecord>)
      need(record._id, await arrivedFiles(store, record));
  }
  if (place === "lightweight") return needed;
  const notebooks = store.trainings.find({ "output.sha256": trusted({ $gt: "" }) }, { output: 1 });
  for await (const { _id, output } of notebooks.lean().cursor()) need(_id, output ? [output] : []);
  return needed;
}

async function arrivedFiles(store: Store, record: FileRecord): Promise<readonly ExpectedFile[]> {
  if (record.archive) return [record.archive];
  if (isManifestOpen(record)) return [];
  const files = await filesOf(store, record);
  if (record.state === FilesState.READY) return files;
  const list = fileListOf(record);
  if (list === null) return files.filter(({ name }) => record.received.includes(name));
  const missing = new Set((await listMissing(store, list)).map(({ name }) => name));
  return files.filter(({ name }) => !missing.has(name));
}
