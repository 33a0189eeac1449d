import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { access, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { FilesUnavailable, systemReason } from "../machine-faults.js";
import { chooseOnce } from "../store/choose-once.js";
import { StoreRefused } from "../store/store-errors.js";
import type { Store } from "../store/store.js";

/** Name of the file that holds the id of the installation. */
const MARKER = "installation";
const FOLDER_ID = "files_folder";

/**
 * Checks that the folder holds the files of this installation: all processes on one store share it. A folder with its
 * marker may be moved. The first folder of an installation gets a marker.
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
  const kept = await installation.findOne({ _id: FOLDER_ID });
  if (kept?.value !== here)
    await installation.updateOne({ _id: FOLDER_ID }, { $set: { value: here } }, { upsert: true });
}

async function claim(here: string, cluster: string, store: Pick<Store, "installation">): Promise<void> {
  const kept = await store.installation.findOne({ _id: FOLDER_ID });
  if (!kept) await writeMarker(here, cluster);
  const known = await chooseOnce(store, FOLDER_ID, () => here);
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

/** Returns the marker, or null. Older versions left an empty one after a crash. */
async function readMarker(folder: string): Promise<string | null> {
  const path = join(folder, MARKER);
  try {
    return (await readFile(path, "utf8")).trim() || null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new StoreRefused(`${path} cannot be read: ${systemReason(error)}.`, { cause: error });
  }
}

/** Writes the marker atomically: half an id would be another installation's. */
async function writeMarker(folder: string, cluster: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const unnamed = join(folder, `.${MARKER}-${randomUUID()}`);
  await writeFile(unnamed, `${cluster}\n`, { mode: 0o600, flush: true });
  await rename(unnamed, join(folder, MARKER));
}

const { R_OK, W_OK, X_OK } = constants;

/** Returns why the files' folder cannot be used, or null. */
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

/**
 * Guards writes, which would be lost in a wrong folder.
 * @throws FilesUnavailable if the folder does not hold the files of this installation.
 */
export async function checkFilesFolder(folder: string, cluster: string): Promise<void> {
  const fault = await filesFolderFault(folder, cluster);
  if (fault) throw new FilesUnavailable(fault);
}
