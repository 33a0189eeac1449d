import { readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { keptOnce } from "../store/kept-once.js";
import type { Store } from "../store/store.js";
import { StoreRefused } from "../store/store-refused.js";

/** In the files' folder: which installation they belong to. */
export const MARKER = "installation";
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
  const marker = join(here, MARKER);
  const found = await readOrNull(marker);
  if (found !== null && found !== cluster)
    throw new StoreRefused(
      `${here} holds the files of another installation: set ROCAS_DATA to the folder of this one, or to an empty one if it is new.`,
    );
  if (found === null) return claim(here, marker, cluster, { installation });
  const kept = await installation.findOne({ _id: KEPT });
  if (kept?.value !== here) await installation.updateOne({ _id: KEPT }, { $set: { value: here } }, { upsert: true });
}

async function claim(here: string, marker: string, cluster: string, store: Pick<Store, "installation">): Promise<void> {
  const kept = await store.installation.findOne({ _id: KEPT });
  if (!kept) await writeFile(marker, `${cluster}\n`, { mode: 0o600 });
  const known = await keptOnce(store, KEPT, () => here);
  if (!kept && known === here) return;
  // Another process was faster with a folder of its own.
  if (!kept) await rm(marker, { force: true });
  throw new StoreRefused(
    `The files of this installation lie in ${known}, and ${here} is another folder. Every process needs the same one: set ROCAS_DATA to it, on a shared disk if the processes run on several machines. If ${here} is that folder, without its marker (a restored backup, a disk that was not mounted), write ${cluster} into ${marker}.`,
  );
}

async function readOrNull(path: string): Promise<string | null> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
