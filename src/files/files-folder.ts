import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { access, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { FilesUnavailable, systemReason } from "../machine-faults.js";
import { StoreRefused } from "../store/store-errors.js";
import { type FilesPlace, MARKER, settingOf } from "./claim-files.js";

/** The folder of the files as a place of an installation. */
export function folderPlace(folder: string): FilesPlace {
  const name = resolve(folder);
  const markerName = join(name, MARKER);
  return {
    name,
    markerName,
    readMarker: () => readMarker(name),
    writeMarker: (cluster) => writeMarker(name, cluster),
    removeMarker: () => rm(markerName, { force: true }),
    adviceIfForeign: "set ROCAS_DATA to the folder of this one, or to an empty one if it is new.",
    adviceIfLost: "the folder or its disk is missing, or its marker. Mount the disk, or restore the folder",
    adviceIfElsewhere: (known) =>
      settingOf(known) === "ROCAS_FILES"
        ? "set ROCAS_FILES to it."
        : "set ROCAS_DATA to it, on a shared disk if the processes run on several machines.",
  };
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
