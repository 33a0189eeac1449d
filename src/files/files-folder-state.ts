import { constants } from "node:fs";
import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { FilesUnavailable, systemReason } from "../machine-faults.js";
import { MARKER } from "./claim-files-folder.js";

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
