import { join } from "node:path";
import type { Connection } from "mongoose";
import { DeferredDeleteStorage } from "./files/deferred-delete-storage.js";
import { checkFilesFolder, claimFilesFolder, filesFolderFault } from "./files/files-folder.js";
import { MAX_LIGHTWEIGHT_BYTES } from "./files/manifest.js";
import { FilesystemPartialFiles } from "./storage/filesystem/filesystem-partial-files.js";
import { FilesystemStorage } from "./storage/filesystem/filesystem-storage.js";
import { GridFsStorage } from "./storage/gridfs/gridfs-storage.js";
import type { Store } from "./store/store.js";
import { MIB } from "./units.js";

export interface OpenedFiles {
  readonly files: DeferredDeleteStorage;
  readonly lightweightFiles: DeferredDeleteStorage;
  readonly partialFiles: FilesystemPartialFiles;
  /** Returns why the folder of the files cannot be used, or null. */
  fault(): Promise<string | null>;
}

/** Opens the files in the data folder, and those of lightweight records in the store. @throws StoreRefused */
export async function openFiles(
  data: string,
  cluster: string,
  store: Store,
  connection: Connection,
): Promise<OpenedFiles> {
  const folder = join(data, "files");
  const check = () => checkFilesFolder(folder, cluster);
  // Before the storage is opened, which would make a missing folder anew in place of the one with the files.
  await claimFilesFolder(folder, cluster, store);
  // A compressed record is one file in GridFS, and may be a little larger than its content.
  const gridFs = new GridFsStorage(connection, MAX_LIGHTWEIGHT_BYTES + MIB);
  return {
    files: new DeferredDeleteStorage(await FilesystemStorage.open(folder, { check }), "files", store),
    lightweightFiles: new DeferredDeleteStorage(gridFs, "lightweight", store),
    partialFiles: await FilesystemPartialFiles.open(join(folder, "parts"), { check }),
    fault: () => filesFolderFault(folder, cluster),
  };
}
