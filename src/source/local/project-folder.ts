import { constants } from "node:fs";
import { lstat, open, readdir, readlink, realpath, stat } from "node:fs/promises";
import { isAbsolute, join, resolve, sep } from "node:path";
import { SourceError } from "../source.js";
import { checkCount, shown } from "../tree/check-tree.js";
import { ALWAYS_KEPT, type DockerIgnore } from "../tree/docker-ignore.js";
import type { FileEntry, TreeEntry, TreeLimits } from "../tree/tree-entry.js";

/**
 * The real folder of a project: inside one of the operator's roots after every link on the way has been followed.
 * @param location relative to one of the roots, or absolute.
 * @throws SourceError
 */
export async function projectFolder(location: string, roots: readonly string[]): Promise<string> {
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
    `There is no folder ${shown(location)} inside a root of projects (${known}); the operator names them in ROCAS_PROJECT_ROOTS.`,
  );
}

export const isWithin = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);

// The refusal does not say what hinders it (absent, forbidden, a circle of links, too long).
const realOrNull = (path: string): Promise<string | null> => realpath(path).catch(() => null);

interface Walk {
  readonly top: string;
  readonly ignore: DockerIgnore;
  readonly limits: TreeLimits;
  readonly signal?: AbortSignal;
  readonly entries: TreeEntry[];
}

/** Everything in the folder but what `.dockerignore` names, and git's own folders. @throws SourceError */
export async function readFolder(how: Omit<Walk, "entries">): Promise<TreeEntry[]> {
  const walk = { ...how, entries: [] };
  await visit(walk, "");
  return walk.entries;
}

async function visit(walk: Walk, folder: string): Promise<void> {
  walk.signal?.throwIfAborted();
  for (const name of (await readdir(join(walk.top, folder))).sort()) {
    const path = folder === "" ? name : `${folder}/${name}`;
    const ignored = !ALWAYS_KEPT.has(path) && walk.ignore.ignores(path);
    if (name.toLowerCase() === ".git" || (ignored && !walk.ignore.hasExceptions)) continue;
    await add(walk, path, ignored);
    checkCount(walk.entries.length, walk.limits);
  }
}

async function add(walk: Walk, path: string, ignored: boolean): Promise<void> {
  const place = join(walk.top, path);
  const seen = await lstat(place);
  if (seen.isDirectory()) {
    const before = walk.entries.length;
    await visit(walk, path);
    if (!ignored || walk.entries.length > before) walk.entries.push({ kind: "folder", path });
  } else if (ignored) return;
  else if (seen.isSymbolicLink()) walk.entries.push({ kind: "link", path, target: await readlink(place) });
  else if (seen.isFile())
    walk.entries.push({ kind: "file", path, size: seen.size, executable: (seen.mode & 0o100) !== 0 });
  else throw new SourceError(`${shown(path)} is neither a file, a folder nor a link; put it into .dockerignore.`);
}

/** The bytes of a file of the folder; a link that took its place since is not followed. @throws SourceError if it changed. */
export async function* readEntry(top: string, { path, size }: FileEntry): AsyncGenerator<Buffer> {
  const changed = () => new SourceError(`${shown(path)} changed while it was read; build again.`);
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  // Windows has neither flag.
  const file = await open(join(top, path), O_RDONLY | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0)).catch((cause: unknown) => {
    throw new SourceError(`${shown(path)} cannot be read.`, { cause });
  });
  try {
    const seen = await file.stat();
    if (!seen.isFile() || seen.size !== size) throw changed();
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
