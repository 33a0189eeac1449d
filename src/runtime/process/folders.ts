import { chmod, lstat, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { MIB, MINUTE_MS } from "../../units.js";

const BLOCK_BYTES = 512;
/** Prefixes of folders that are being removed, or being made. */
export const REMOVED_PREFIX = ".gone-";
export const TEMPORARY_PREFIX = ".making-";
/** A temporary folder that is older was left by a crash. */
const MAX_CREATION_MS = MINUTE_MS;

/** True if the error says that the file or folder is missing. */
export const isAbsent = (error: unknown): boolean =>
  ["ENOENT", "ENOTDIR"].includes(String((error as NodeJS.ErrnoException).code));

/** Returns the names in a folder; none if it does not exist. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

/** Returns MiB on the disk below the folder, as `bytesIn`, rounded up. */
export async function sizeMb(folder: string): Promise<number> {
  return Math.ceil((await bytesIn(folder)) / MIB);
}

/** Returns bytes on the disk below the folder; 0 if it does not exist. Links count nothing and are not followed. */
export async function bytesIn(folder: string): Promise<number> {
  let blocks = 0;
  const ahead = [folder];
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop())
    for (const entry of await readdir(next, { withFileTypes: true }).catch(emptyIfUnreadable)) {
      const path = join(next, entry.name);
      if (entry.isDirectory()) ahead.push(path);
      else if (entry.isFile())
        blocks += ((await lstat(path).catch(emptyIfUnreadable)) as { blocks?: number }).blocks ?? 0;
    }
  return blocks * BLOCK_BYTES;
}

/** Removes a folder with its content, also if it is read-only. Resolves also if there is none. */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch {
    await makeWritable(path);
    await rm(path, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Removes a folder as `removeTree`. Its name is free at once, in one step. */
export async function removeFolder(parent: string, name: string): Promise<void> {
  const removed = join(parent, `${REMOVED_PREFIX}${name}-${Math.random().toString(36).slice(2)}`);
  await rename(join(parent, name), removed).catch((error: unknown) => {
    if (!isAbsent(error)) throw error;
  });
  const left = (await readdir(parent).catch(emptyIfUnreadable)).filter((each) =>
    each.startsWith(`${REMOVED_PREFIX}${name}-`),
  );
  for (const each of left) await removeTree(join(parent, each));
}

/** Removes folders that a crash left half removed or half made. Other processes may do the same meanwhile. */
export async function removeRemains(parent: string): Promise<void> {
  for (const name of await readdir(parent).catch(emptyIfUnreadable))
    if (name.startsWith(REMOVED_PREFIX) || (name.startsWith(TEMPORARY_PREFIX) && (await isOld(join(parent, name)))))
      await removeTree(join(parent, name));
}

async function isOld(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found !== null && Date.now() - found.mtimeMs > MAX_CREATION_MS;
}

async function makeWritable(folder: string): Promise<void> {
  await chmod(folder, 0o700).catch(emptyIfUnreadable);
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(emptyIfUnreadable))
    if (entry.isDirectory()) await makeWritable(join(folder, entry.name));
}

/** Returns nothing for a folder that is gone meanwhile, or that a run made unreadable to its own user. */
function emptyIfUnreadable(error: unknown): [] {
  if (isAbsent(error) || (error as NodeJS.ErrnoException).code === "EACCES") return [];
  throw error;
}
