import type { App } from "../app.js";
import type { BuiltUse } from "../runtime/image-builder.js";
import { collectionSizes } from "../store/collection-sizes.js";
import type { StorageUse } from "./storage-use.js";

/** Counts everything that is kept. It reads the size of each file: for operators, now and then. */
export async function readStorageUse({
  store,
  files,
  imageBuilder,
}: Pick<App, "store" | "files" | "imageBuilder">): Promise<StorageUse> {
  const [collections, { files: count, bytes }, givenUp, builds] = await Promise.all([
    collectionSizes(store),
    files.size(),
    store.unneededFiles.countDocuments(),
    imageBuilder.diskUse(),
  ]);
  return {
    bytes: collections.reduce((sum, each) => sum + each.bytes, bytes) + bytesOf(builds),
    files: { files: count, bytes, givenUp },
    builds,
    collections,
  };
}

const bytesOf = (builds: BuiltUse | null): number => (builds ? builds.imageBytes + builds.environmentBytes : 0);
