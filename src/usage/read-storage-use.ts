import type { App } from "../app.js";
import { collectionSizes } from "../store/collection-sizes.js";
import type { StorageUse } from "./storage-use.js";

/** Counts everything that is kept. It reads the size of each file: for operators, now and then. */
export async function readStorageUse({ store, files }: Pick<App, "store" | "files">): Promise<StorageUse> {
  const [collections, { files: count, bytes }, givenUp] = await Promise.all([
    collectionSizes(store),
    files.size(),
    store.unneededFiles.countDocuments(),
  ]);
  return {
    bytes: collections.reduce((sum, each) => sum + each.bytes, bytes),
    files: { files: count, bytes, givenUp },
    collections,
  };
}
