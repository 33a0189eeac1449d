import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { access, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { FilesUnavailable, systemReason } from "../machine-faults.js";
import { chooseOnce } from "../store/installation.js";
import { StoreRefused } from "../store/store-errors.js";
import type { Store } from "../store/store.js";

/** In the files' folder: which installation they belong to. */
const MARKER = "installation";
const KEPT = "files_folder";

/**
 * Makes sure that the folder is the one that holds this installation's files: all processes on one store share it. A
 * folder that has its marker may be moved; the first folder of an installation gets one.
 * @param cluster the id of the installation
 * @throws StoreRefused naming the folders if it is another one.
 */
export async function claimFilesFolder(
  folder: string,
  cluster: string,
  { installation }: Pick<Store, "installation">,
): Promise<void> {
  const here = resolve(folder);
  const found = await readMarker(here);
  if (found !== null && found !== cluster)
    throw new StoreRefused(
      `${here} holds the files of another installation: set ROCAS_DATA to the folder of this one, or to an empty one if it is new. If the store was lost, restore it with its files and keys of one moment.`,
    );
  if (found === null) return claim(here, cluster, { installation });
  const kept = await installation.findOne({ _id: KEPT });
  if (kept?.value !== here) await installation.updateOne({ _id: KEPT }, { $set: { value: here } }, { upsert: true });
}

async function claim(here: string, cluster: string, store: Pick<Store, "installation">): Promise<void> {
  const kept = await store.installation.findOne({ _id: KEPT });
  if (!kept) await writeMarker(here, cluster);
  const known = await chooseOnce(store, KEPT, () => here);
  if (!kept && known === here) return;
  // Another process was faster with a folder of its own.
  if (!kept) await rm(join(here, MARKER), { force: true });
  const mark = `write ${cluster} into ${join(here, MARKER)}`;
  throw new StoreRefused(
    known === here
      ? `The files of this installation lie in ${here}, and are not there: the folder or its disk is missing, or its marker. Mount the disk, or restore the folder; if all files are there, ${mark}.`
      : `The files of this installation lie in ${known}, and ${here} is another folder. Every process needs the same one: set ROCAS_DATA to it, on a shared disk if the processes run on several machines. If ${here} is that folder, without its marker (a restored backup, a disk that was not mounted), ${mark}.`,
  );
}

/** Null if there is none. An empty one is what a crash left of an older version's. */
async function readMarker(folder: string): Promise<string | null> {
  const path = join(folder, MARKER);
  try {
    return (await readFile(path, "utf8")).trim() || null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new StoreRefused(`${path} cannot be read: ${systemReason(error)}.`, { cause: error });
  }
}

/** Whole or not at all: a marker that is cut off would be that of another installation. */
async function writeMarker(folder: string, cluster: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const unnamed = join(folder, `.${MARKER}-${randomUUID()}`);
  await writeFile(unnamed, `${cluster}\n`, { mode: 0o600, flush: true });
  await rename(unnamed, join(folder, MARKER));
}

const { R_OK, W_OK, X_OK } = constants;

/** Returns why the folder of the files cannot be used, or null. A disk that was taken away leaves an empty folder, or none. */
export async function filesFolderFault(folder: string, cluster: string): Promise<string | null> {
  try {
    const found = (await readFile(join(folder, MARKER), "utf8")).trim();
    if (found !== cluster) return "their folder is that of another installation";
    await access(folder, R_OK | W_OK | X_OK);
    return null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "their folder is not there, or its disk is not";
    return systemReason(error);
  }
}

/** @throws FilesUnavailable if the folder is not the one that holds the files: what is written there would be lost later. */
export async function checkFilesFolder(folder: string, cluster: string): Promise<void> {
  const fault = await filesFolderFault(folder, cluster);
  if (fault) throw new FilesUnavailable(fault);
}
