import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { chmod, copyFile, link, lstat, mkdir, readdir, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { PlacedEntry } from "./lay-out.js";

/**
 * Makes what was placed below a new folder: links after all files, so that none is written through one.
 * @param context where the files of the context lie
 * @param how whether the files are the context's own, or copies that may be changed
 */
export async function makeTree(
  placed: readonly PlacedEntry[],
  context: string,
  folder: string,
  how: "SHARED" | "COPIED",
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { path, entry } of placed) {
    const place = join(folder, path);
    await mkdir(entry.kind === "folder" ? place : dirname(place), { recursive: true });
    if (entry.kind !== "file") continue;
    const from = join(context, entry.path);
    await (how === "SHARED" ? link(from, place) : copyFile(from, place));
  }
  for (const { path, entry } of placed) if (entry.kind === "link") await symlink(entry.target, join(folder, path));
}

/** A hash over paths, kinds, modes and contents, 64 hex digits: of the same tree it is the same anywhere. */
export async function treeHash(placed: readonly PlacedEntry[], context: string): Promise<string> {
  const listing = createHash("sha256");
  for (const { path, entry } of [...placed].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const content = entry.kind === "file" ? await contentHash(join(context, entry.path)) : null;
    const mode = entry.kind === "file" && entry.executable;
    listing.update(`${JSON.stringify([path, entry.kind, mode, entry.kind === "link" ? entry.target : content])}\n`);
  }
  return listing.digest("hex");
}

async function contentHash(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

/** Takes the right to write from all of a tree. */
export async function makeReadOnly(folder: string): Promise<void> {
  for (const each of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, each.name);
    if (each.isDirectory()) await makeReadOnly(path);
    else if (each.isFile()) await chmod(path, (await lstat(path)).mode & 0o555);
  }
  await chmod(folder, 0o555);
}
