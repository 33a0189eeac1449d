import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Header, type Pack, pack } from "tar-stream";
import type { FileEntry, TreeEntry } from "./tree-entry.js";

// A constant date gives the same content the same tar. Zip refuses dates before 1980.
const DATE = new Date("2000-01-01T00:00:00Z");

/**
 * Packs the entries in the order of their paths, owned by root, as fast as the reader takes them.
 * @param read gives the bytes of a file, exactly as many as its entry says.
 */
export function packTree<E extends TreeEntry>(
  entries: readonly E[],
  read: (file: E & FileEntry) => AsyncIterable<Buffer>,
): Readable {
  const archive = pack();
  const sorted = [...entries].sort((a, b) => (a.path < b.path ? -1 : 1));
  addAll(archive, sorted, read).catch((error: Error) => archive.destroy(error));
  return Readable.from(archive, { objectMode: false });
}

async function addAll<E extends TreeEntry>(
  archive: Pack,
  entries: readonly E[],
  read: (file: E & FileEntry) => AsyncIterable<Buffer>,
): Promise<void> {
  for (const entry of entries) {
    if (archive.destroyed) return;
    if (entry.kind === "file") await pipeline(read(entry as E & FileEntry), archive.entry(headerOf(entry)));
    else archive.entry(headerOf(entry));
  }
  archive.finalize();
}

function headerOf(entry: TreeEntry): Partial<Header> & Pick<Header, "name"> {
  const owned = { uid: 0, gid: 0, mtime: DATE };
  if (entry.kind === "folder") return { ...owned, name: `${entry.path}/`, type: "directory", mode: 0o755 };
  if (entry.kind === "link")
    return { ...owned, name: entry.path, type: "symlink", linkname: entry.target, mode: 0o777, size: 0 };
  return { ...owned, name: entry.path, type: "file", mode: entry.executable ? 0o755 : 0o644, size: entry.size };
}
