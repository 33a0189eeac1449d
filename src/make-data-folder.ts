import { mkdir, mkdtemp, rmdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isDiskFull, systemReason } from "./machine-faults.js";
import { StoreRefused } from "./store/store-errors.js";

const UNMAKABLE = "a link on the way leads nowhere, or its file system takes no folders (ENOENT)";

/**
 * Makes the folder of the data, for this user alone, unless it is there.
 * @throws StoreRefused if it cannot be made, is no folder, or nothing can be made in it
 */
export async function makeDataFolder(path: string): Promise<void> {
  try {
    await makeFolder(path);
    await tryFolder(path);
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code === "ENOENT" ? UNMAKABLE : systemReason(cause);
    throw new StoreRefused(
      `ROCAS_DATA: ${path} is no folder that this user may make, read and write: ${reason}. Name another one, or mend what is wrong with it.`,
      { cause },
    );
  }
}

/** Makes one folder after another: mkdir's own recursion never ends in a folder such as /proc, which says ENOENT. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" && (await stat(path)).isDirectory()) return;
    if (code !== "ENOENT" || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await mkdir(path, { mode: 0o700 });
  }
}

/**
 * Tries to make something there: the rights of a superuser say nothing of a read-only file system.
 * A full disk passes: the data can be read, and readiness reports it.
 */
async function tryFolder(path: string): Promise<void> {
  try {
    await rmdir(await mkdtemp(join(path, ".tried-")));
  } catch (error) {
    if (!isDiskFull(error)) throw error;
  }
}
