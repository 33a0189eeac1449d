import { constants } from "node:fs";
import { lstat, open, readdir, readlink, realpath, stat } from "node:fs/promises";
import { isAbsolute, join, resolve, sep } from "node:path";
import { SourceError } from "../source.js";
import { checkCount, quotedPath } from "../tree/check-tree.js";
import type { DockerIgnore } from "../tree/docker-ignore.js";
import type { FileEntry, TreeEntry, TreeLimits } from "../tree/tree-entry.js";

/**
 * Returns the real folder of a project. After all links are followed, it must lie inside one of the roots.
 * @param location is absolute, or relative to one of the roots.
 * @throws SourceError
 */
export async function findProjectFolder(location: string, roots: readonly string[]): Promise<string> {
  if (location === "" || /[\u0000-\u001f\u007f]/.test(location))
    throw new SourceError("The project's homeDir is no path of a folder.");
  const real = (await Promise.all(roots.map((root) => realOrNull(resolve(root))))).filter((root) => root !== null);
  for (const root of real) {
    const folder = await realOrNull(isAbsolute(location) ? location : resolve(root, location));
    const isInside = folder !== null && real.some((each) => isWithin(folder, each));
    if (isInside && (await stat(folder)).isDirectory()) return folder;
  }
  const known = roots.length > 0 ? roots.map((root) => resolve(root)).join(", ") : "none";
  throw new SourceError(
    `There is no folder ${quotedPath(location)} inside a root of projects (${known}); the operator names them in ROCAS_PROJECT_ROOTS.`,
  );
}

export const isWithin = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);

// The refusal hides the reason: absent, forbidden, circular or too long.
const realOrNull = (path: string): Promise<string | null> => realpath(path).catch(() => null);

interface Walk {
  readonly top: string;
  readonly ignore: DockerIgnore;
  readonly limits: TreeLimits;
  readonly signal?: AbortSignal;
  readonly entries: TreeEntry[];
}

/** Lists the folder without what `.dockerignore` names, and without git's folders. @throws SourceError */
export async function readFolder(options: Omit<Walk, "entries">): Promise<TreeEntry[]> {
  const walk = { ...options, entries: [] };
  await visit(walk, "");
  return walk.entries;
}

async function visit(walk: Walk, folder: string): Promise<void> {
  walk.signal?.throwIfAborted();
  for (const name of (await readdir(join(walk.top, folder))).sort()) {
    const path = folder === "" ? name : `${folder}/${name}`;
    const ignored = walk.ignore.ignores(path);
    if (name.toLowerCase() === ".git" || (ignored && !walk.ignore.hasExceptions)) continue;
    await add(walk, path, ignored);
    checkCount(walk.entries.length, walk.limits);
  }
}

async function add(walk: Walk, path: string, ignored: boolean): Promise<void> {
  const place = join(walk.top, path);
  const found = await lstat(place);
  if (found.isDirectory()) {
    const before = walk.entries.length;
    await visit(walk, path);
    if (!ignored || walk.entries.length > before) walk.entries.push({ kind: "folder", path });
  } else if (ignored) return;
  else if (found.isSymbolicLink()) walk.entries.push({ kind: "link", path, target: await readlink(place) });
  else if (found.isFile())
    walk.entries.push({ kind: "file", path, size: found.size, executable: (found.mode & 0o100) !== 0 });
  else throw new SourceError(`${quotedPath(path)} is neither a file, a folder nor a link; put it into .dockerignore.`);
}

/** Streams a file of the folder; a link that replaced it is not followed. @throws SourceError if it changed. */
export async function* readEntry(top: string, { path, size }: FileEntry): AsyncGenerator<Buffer> {
  const changed = () => new SourceError(`${quotedPath(path)} changed while it was read; build again.`);
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  // Windows has neither flag.
  const file = await open(join(top, path), O_RDONLY | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0)).catch((cause: unknown) => {
    throw new SourceError(`${quotedPath(path)} cannot be read.`, { cause });
  });
  try {
    const found = await file.stat();
    if (!found.isFile() || found.size !== size) throw changed();
    let left = size;
    while (left > 0) {
      const { bytesRead, buffer } = await file.read({ buffer: Buffer.allocUnsafe(Math.min(left, 256 * 1024)) });
      if (bytesRead === 0) throw changed();
      left -= bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
