import { join } from "node:path";
import type { Connection } from "mongoose";
import { claimFiles } from "./files/claim-files.js";
import { DeferredDeleteStorage } from "./files/deferred-delete-storage.js";
import { checkFilesFolder, filesFolderFault, folderPlace } from "./files/files-folder.js";
import { MAX_LIGHTWEIGHT_BYTES } from "./files/manifest.js";
import type { Sweepable } from "./files/release-files.js";
import type { Settings } from "./settings.js";
import type { DirectFiles } from "./storage/direct-files.js";
import type { FileStorage, PartialFiles } from "./storage/file-storage.js";
import { FilesystemPartialFiles } from "./storage/filesystem/filesystem-partial-files.js";
import { FilesystemStorage, type FolderOptions } from "./storage/filesystem/filesystem-storage.js";
import { GridFsStorage } from "./storage/gridfs/gridfs-storage.js";
import { bucketAddress } from "./storage/s3/bucket-address.js";
import { Bucket } from "./storage/s3/bucket.js";
import { bucketFault, bucketPlace } from "./storage/s3/bucket-place.js";
import { S3DirectFiles } from "./storage/s3/s3-direct-files.js";
import { S3PartialFiles } from "./storage/s3/s3-partial-files.js";
import { S3Storage } from "./storage/s3/s3-storage.js";
import type { Store } from "./store/store.js";
import { MIB } from "./units.js";

export interface OpenedFiles {
  readonly files: FileStorage;
  readonly lightweightFiles: FileStorage;
  readonly partialFiles: PartialFiles;
  readonly directFiles: DirectFiles | null;
  /** What is to be swept of all of them. */
  readonly sweepable: readonly Sweepable[];
  /** The folder that every process needs, or null if the files are in a bucket. */
  readonly folder: string | null;
  /** Returns why the place of the files cannot be used, or null. */
  fault(): Promise<string | null>;
}

/** The files that are not lightweight, in their place. */
interface PlacedFiles extends Pick<OpenedFiles, "partialFiles" | "directFiles" | "folder" | "fault"> {
  readonly storage: FileStorage;
  readonly sweepable: readonly Sweepable[];
}

/**
 * Opens the files in the bucket of the settings or in the data folder, and those of lightweight records in the store.
 * @throws StoreRefused
 */
export async function openFiles(
  settings: Settings,
  cluster: string,
  store: Store,
  connection: Connection,
  { removesNothing = false }: Pick<FolderOptions, "removesNothing"> = {},
): Promise<OpenedFiles> {
  const placed = settings.ROCAS_FILES
    ? await openBucket(settings, cluster, store)
    : await openFolder(join(settings.ROCAS_DATA, "files"), cluster, store, removesNothing);
  const files = new DeferredDeleteStorage(placed.storage, "files", store);
  // A compressed record is one file in GridFS, and may be a little larger than its content.
  const gridFs = new GridFsStorage(connection, MAX_LIGHTWEIGHT_BYTES + MIB);
  const lightweightFiles = new DeferredDeleteStorage(gridFs, "lightweight", store);
  const { partialFiles, directFiles, folder, fault } = placed;
  return {
    files,
    lightweightFiles,
    partialFiles,
    directFiles,
    sweepable: [files, lightweightFiles, partialFiles, ...placed.sweepable],
    folder,
    fault,
  };
}

async function openFolder(
  folder: string,
  cluster: string,
  store: Store,
  removesNothing: boolean,
): Promise<PlacedFiles> {
  const check = () => checkFilesFolder(folder, cluster);
  // Before the storage is opened, which would make a missing folder anew in place of the one with the files.
  await claimFiles(folderPlace(folder), cluster, store);
  return {
    storage: await FilesystemStorage.open(folder, { check, removesNothing }),
    partialFiles: await FilesystemPartialFiles.open(join(folder, "parts"), { check }),
    directFiles: null,
    sweepable: [],
    folder,
    fault: () => filesFolderFault(folder, cluster),
  };
}

async function openBucket(settings: Settings, cluster: string, store: Store): Promise<PlacedFiles> {
  const options = {
    ...bucketAddress(settings.ROCAS_FILES),
    endpoint: originOf(settings.AWS_ENDPOINT_URL_S3) || `https://s3.${settings.AWS_REGION}.amazonaws.com`,
    region: settings.AWS_REGION,
    accessKeyId: settings.AWS_ACCESS_KEY_ID,
    secretAccessKey: settings.AWS_SECRET_ACCESS_KEY,
    sessionToken: settings.AWS_SESSION_TOKEN,
  };
  const bucket = new Bucket(options);
  await claimFiles(bucketPlace(bucket), cluster, store);
  const storage = new S3Storage(bucket);
  const endpoint = originOf(settings.ROCAS_FILES_URL);
  const directFiles = endpoint ? new S3DirectFiles(bucket, new Bucket({ ...options, endpoint })) : null;
  return {
    storage,
    partialFiles: new S3PartialFiles(bucket),
    directFiles,
    sweepable: [storage, ...(directFiles ? [directFiles] : [])],
    folder: null,
    fault: () => bucketFault(bucket, cluster),
  };
}

const originOf = (url: string): string => url.replace(/\/+$/, "");
