import { createHash, randomBytes } from "node:crypto";
import { mkdir, open, unlink, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { pack as tar } from "tar-stream";
import type { ExpectedFile, FileStorage } from "../storage/file-storage.js";

export interface NamedFile extends ExpectedFile {
  readonly name: string;
}

// Nothing about the day, the machine or the user goes into the archive, so that the same files make the same blob.
const ENTRY = { mtime: new Date(0), mode: 0o644, uid: 0, gid: 0, uname: "", gname: "", type: "file" } as const;

/**
 * Packs the files of a record as one tar.gz and gives the blob that it made. A repeated call makes the same one.
 * @param spool a folder for the archive until its hash is known.
 * @throws NOT_FOUND where a file is not in the storage.
 */
export async function pack(files: readonly NamedFile[], storage: FileStorage, spool: string): Promise<ExpectedFile> {
  await using archive = await unnamedFile(spool);
  const made = await writeArchive(files, storage, archive);
  await storage.write(archive.createReadStream({ start: 0, autoClose: false }), made);
  return made;
}

async function writeArchive(files: readonly NamedFile[], storage: FileStorage, archive: FileHandle) {
  const archiving = tar();
  const hash = createHash("sha256");
  let size = 0;
  const counting = new Transform({
    transform(piece: Buffer, _encoding, done) {
      hash.update(piece);
      size += piece.length;
      done(null, piece);
    },
  });
  const sunk = pipeline(archiving, createGzip({ level: 6 }), counting, async (packed: AsyncIterable<Buffer>) => {
    for await (const piece of packed) await archive.appendFile(piece);
  });
  const sorted = [...files].sort((one, other) => (one.name < other.name ? -1 : 1));
  const filled = (async () => {
    for (const file of sorted) await addEntry(archiving, file, storage);
    archiving.finalize();
  })();
  // Where the source fails the archive is torn down with it, and the source's error is the one to tell.
  await Promise.all([filled.catch((error: Error) => (archiving.destroy(error), Promise.reject(error))), sunk]);
  return { sha256: hash.digest("hex"), size };
}

async function addEntry(archiving: ReturnType<typeof tar>, file: NamedFile, storage: FileStorage): Promise<void> {
  const content = await storage.read(file.sha256);
  await pipeline(content, archiving.entry({ ...ENTRY, name: file.name, size: file.size }));
}

/** A file that no folder lists: it is gone when it is closed, also by a crash. */
async function unnamedFile(folder: string): Promise<FileHandle> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${randomBytes(8).toString("hex")}.spool`);
  const handle = await open(path, "wx+", 0o600);
  await unlink(path);
  return handle;
}
