import { lstat, mkdir, readdir, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { validSecretFiles } from "../container-policy.js";
import { removeTree } from "./remove-tree.js";
import { isAbsent, type RunSpec } from "./run-folders.js";

const MIB = 1024 * 1024;
const BLOCK = 512;
/** The beginnings of the names of folders that are being removed, and of those that are being made. */
const REMOVED_PREFIX = ".gone-";
export const TEMPORARY_PREFIX = ".making-";
/** Made in a moment: an older one is what a crash has left. */
const MAX_CREATION_MS = 60_000;
const FOLDERS = ["rocas/secrets", "rocas/state", "work", "data", "model", "nha", "scratch/tmp"];

/** Lays folders and secrets into the volume of a run that was never started: as often as it is tried. */
export async function fillVolume(
  volume: string,
  spec: RunSpec,
  secretFiles: Readonly<Record<string, string>>,
): Promise<void> {
  for (const folder of FOLDERS) await mkdir(join(volume, folder), { recursive: true, mode: 0o700 });
  await replace(join(volume, "spec.json"), JSON.stringify(spec), spec.id);
  for (const [name, content] of Object.entries(validSecretFiles(secretFiles)))
    await replace(join(volume, "rocas/secrets", name), content, spec.id);
}

/** Another process of ours may fill the same volume with the same. */
async function replace(file: string, content: string, id: string): Promise<void> {
  const part = `${file}.${id}.${process.pid}.${Math.random().toString(36).slice(2)}.part`;
  await writeFile(part, content, { mode: 0o400, flag: "wx" });
  await rename(part, file);
}

/** MiB on the disk below the folder, rounded up; 0 if it is not there. Links count as nothing, and are not followed. */
export async function sizeMb(folder: string): Promise<number> {
  return Math.ceil((await bytesIn(folder)) / MIB);
}

/** Bytes on the disk below the folder; 0 if it is not there. Links count as nothing, and are not followed. */
export async function bytesIn(folder: string): Promise<number> {
  let bytes = 0;
  const ahead = [folder];
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop())
    for (const entry of await readdir(next, { withFileTypes: true }).catch(goneMeanwhile)) {
      const path = join(next, entry.name);
      if (entry.isDirectory()) ahead.push(path);
      else if (entry.isFile()) bytes += ((await lstat(path).catch(goneMeanwhile)) as { blocks?: number }).blocks ?? 0;
    }
  return bytes * BLOCK;
}

/** A folder that a run has made unreadable to its own user counts as empty. */
function goneMeanwhile(error: unknown): [] {
  if (isAbsent(error) || (error as NodeJS.ErrnoException).code === "EACCES") return [];
  throw error;
}

/**
 * Removes a folder with all in it, read-only folders too, from one moment to the next for who looks for its name.
 * Resolves also if there is none.
 */
export async function removeFolder(parent: string, name: string): Promise<void> {
  const removed = join(parent, `${REMOVED_PREFIX}${name}-${Math.random().toString(36).slice(2)}`);
  await rename(join(parent, name), removed).catch((error: unknown) => {
    if (!isAbsent(error)) throw error;
  });
  const left = (await readdir(parent).catch(goneMeanwhile)).filter((each) =>
    each.startsWith(`${REMOVED_PREFIX}${name}-`),
  );
  for (const each of left) await removeTree(join(parent, each));
}

/** Removes what a crash has left half removed or half made in a folder of `removeFolder`. Others may do the same meanwhile. */
export async function removeRemains(parent: string): Promise<void> {
  for (const name of await readdir(parent).catch(goneMeanwhile))
    if (name.startsWith(REMOVED_PREFIX) || (name.startsWith(TEMPORARY_PREFIX) && (await isOld(join(parent, name)))))
      await removeTree(join(parent, name));
}

const isOld = async (path: string): Promise<boolean> => {
  const seen = await stat(path).catch(() => null);
  return seen !== null && Date.now() - seen.mtimeMs > MAX_CREATION_MS;
};
