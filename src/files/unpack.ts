import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import { ContentCheck, contentNotFound, storedMismatch } from "../storage/content-check.js";
import type { FileStorage } from "../storage/file-storage.js";
import type { NamedFile } from "./pack.js";

/**
 * Streams one file out of an archive that `pack` made; nothing that a client sent is ever unpacked. The stream fails at
 * its end where the file is not the one recorded, and at once where the archive has no such file.
 * @throws NOT_FOUND if the archive is not in the storage.
 */
export async function unpack(archive: string, file: NamedFile, storage: FileStorage): Promise<Readable> {
  const entries = extract();
  const found = new ContentCheck(file, storedMismatch(file.sha256));
  let seen = false;
  entries.on("entry", (header, content, next) => {
    if (header.name !== file.name || header.type !== "file") return void content.on("end", next).resume();
    seen = true;
    // The rest of the archive is of no interest.
    pipeline(content, found, () => entries.destroy());
  });
  pipeline(await storage.read(archive), createGunzip(), entries, (error) => {
    if (!seen) found.destroy(error ?? contentNotFound());
    else if (error && !found.writableEnded) found.destroy(error);
  });
  found.once("close", () => entries.destroy());
  return found;
}
