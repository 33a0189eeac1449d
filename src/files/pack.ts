import { createHash, randomBytes } from "node:crypto";
import { type FileHandle, mkdir, open, unlink } from "node:fs/promises";
import { join } from "node:path";
import { pipeline as joined, type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { type Pack, pack as tar } from "tar-stream";
import type { ExpectedFile, FileStorage } from "../storage/file-storage.js";

export interface NamedFile extends ExpectedFile {
  readonly name: string;
}

// Nothing about the day, the machine or the user goes into the archive, so that the same files make the same blob.
const ENTRY = { mtime: new Date(0), mode: 0o644, uid: 0, gid: 0, uname: "", gname: "", type: "file" } as const;

/**
 * Packs the files of a record as one tar.gz and gives the blob that it made. A repeated call makes the same one.
 * @param spool a folder for the archive until its hash is known.
 * @throws NOT_FOUND if a file is not in the storage.
 */
export async function pack(files: readonly NamedFile[], storage: FileStorage, spool: string): Promise<ExpectedFile> {
  await using archive = await unnamedFile(spool);
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

/** The same archive as it is made, for a reader who need not know its size and hash before. It fails if a file is missing. */
export function packStream(files: readonly NamedFile[], storage: FileStorage): Readable {
  const archiving = tar();
  const packed = createGzip({ level: 6 });
  joined(archiving, packed, () => undefined);
  // If a source fails, the archive is torn down with it, and the source's error is the one that the reader meets.
  fill(archiving, files, storage).catch((error: Error) => packed.destroy(error));
  return packed;
}

async function fill(archiving: Pack, files: readonly NamedFile[], storage: FileStorage): Promise<void> {
  for (const { name, size, sha256 } of [...files].sort((one, other) => (one.name < other.name ? -1 : 1)))
    await pipeline(await storage.read(sha256), archiving.entry({ ...ENTRY, name, size }));
  archiving.finalize();
}

/** A file that no folder lists: it is gone when it is closed, also by a crash. */
async function unnamedFile(folder: string): Promise<FileHandle> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${randomBytes(8).toString("hex")}.spool`);
  const handle = await open(path, "wx+", 0o600);
  await unlink(path);
  return handle;
}
