import { buffer } from "node:stream/consumers";
import { pack } from "tar-stream";
import { imageFiles } from "./image-files.js";

/** The program in an image that lacks the package: the image's own Python. It stands in the volume of the state. */
export const ANY_IMAGE_ENTRYPOINT = ["python3", "-I", "/rocas/onboard/start.py"];

let archive: Promise<Buffer> | null = null;

/** Returns the package as an archive for the volume at `/rocas`. It is made once; after a failure, by the next call. */
export function packageArchive(): Promise<Buffer> {
  archive ??= makeArchive().catch((error: unknown) => {
    archive = null;
    throw error;
  });
  return archive;
}

async function makeArchive(): Promise<Buffer> {
  const tar = pack();
  for (const { name, content } of await imageFiles())
    if (name.endsWith(".py"))
      tar.entry({ name: `onboard/${name}`, mode: 0o444, uid: 0, gid: 0, mtime: new Date(0) }, content);
  tar.finalize();
  return buffer(tar);
}
