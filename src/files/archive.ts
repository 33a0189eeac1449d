import { createHash, randomBytes } from "node:crypto";
import { type FileHandle, mkdir, open, unlink } from "node:fs/promises";
import { join } from "node:path";
import { pipeline as joined, type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { extract, type Pack, pack as tar } from "tar-stream";
import { ContentCheck } from "../storage/content-check.js";
import type { ExpectedFile, FileStorage } from "../storage/file-storage.js";
import { contentNotFound, storedMismatch } from "../storage/storage-errors.js";

export interface NamedFile extends ExpectedFile {
  readonly name: string;
}

// No date, machine or user goes into the archive: the same files make the same bytes.
const ENTRY = { mtime: new Date(0), mode: 0o644, uid: 0, gid: 0, uname: "", gname: "", type: "file" } as const;

/**
 * Packs the files of a record as one tar.gz, stores it and returns its hash and size. A repeated call makes the same
 * one.
 * @param spool a folder for the archive until its hash is known.
 * @throws NOT_FOUND if a file is not in the storage.
 */
export async function packArchive(
  files: readonly NamedFile[],
  storage: FileStorage,
  spool: string,
): Promise<ExpectedFile> {
  await using archive = await openSpool(spool);
  const hash = createHash("sha256");
  let size = 0;
  await pipeline(packStream(files, storage), async (packed: AsyncIterable<Buffer>) => {
    for await (const piece of packed) {
      hash.update(piece);
      size += piece.length;
      await archive.appendFile(piece);
    }
  });
  const made = { sha256: hash.digest("hex"), size };
  await storage.write(archive.createReadStream({ start: 0, autoClose: false }), made);
  return made;
}

/** Streams the same archive while it is made; fails if a file is missing. */
export function packStream(files: readonly NamedFile[], storage: FileStorage): Readable {
  const archiving = tar();
  const packed = createGzip({ level: 6 });
  joined(archiving, packed, () => undefined);
  // The reader gets the error of the source that failed.
  fill(archiving, files, storage).catch((error: Error) => packed.destroy(error));
  return packed;
}

async function fill(archiving: Pack, files: readonly NamedFile[], storage: FileStorage): Promise<void> {
  for (const { name, size, sha256 } of [...files].sort((one, other) => (one.name < other.name ? -1 : 1)))
    await pipeline(await storage.read(sha256), archiving.entry({ ...ENTRY, name, size }));
  archiving.finalize();
}

/** Opens a file without a name in the spool: a crash removes it, too. */
async function openSpool(folder: string): Promise<FileHandle> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${randomBytes(8).toString("hex")}.spool`);
  const handle = await open(path, "wx+", 0o600);
  await unlink(path);
  return handle;
}

/**
 * Streams one file out of an archive of `packArchive`; nothing from clients is ever unpacked. The stream fails at its
 * end if the content has another hash, and at once if the archive lacks the file.
 * @throws NOT_FOUND if the archive is not in the storage.
 */
export async function unpackFile(archive: string, file: NamedFile, storage: FileStorage): Promise<Readable> {
  const entries = extract();
  const found = new ContentCheck(file, storedMismatch(file.sha256));
  let seen = false;
  entries.on("entry", (header, content, next) => {
    if (header.name !== file.name || header.type !== "file") return void content.on("end", next).resume();
    seen = true;
    // Stops reading: the rest of the archive is not needed.
    joined(content, found, () => entries.destroy());
  });
  joined(await storage.read(archive), createGunzip(), entries, (error) => {
    if (!seen) found.destroy(error ?? contentNotFound());
    else if (error && !found.writableEnded) found.destroy(error);
  });
  found.once("close", () => entries.destroy());
  return found;
}
