import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { pack } from "tar-stream";

const IMAGE_FOLDER = fileURLToPath(new URL("../../src/onboard/image/", import.meta.url));

/** The program in an image that lacks the package: the image's own Python. It stands in the volume of the state. */
export const ANY_IMAGE_ENTRYPOINT = ["python3", "-I", "/rocas/onboard/start.py"];

let archive: Promise<Buffer> | null = null;

/** Returns the package as an archive for the volume at `/rocas`, made once for this process. */
export const packageArchive = (): Promise<Buffer> => (archive ??= makeArchive());

async function makeArchive(): Promise<Buffer> {
  const found = await readdir(join(IMAGE_FOLDER, "rocas"), { recursive: true, withFileTypes: true });
  const modules = found.filter((each) => each.isFile() && each.name.endsWith(".py"));
  const paths = [join(IMAGE_FOLDER, "start.py"), ...modules.map((each) => join(each.parentPath, each.name))].sort();
  const tar = pack();
  for (const path of paths) {
    const name = `onboard/${relative(IMAGE_FOLDER, path).split(sep).join("/")}`;
    tar.entry({ name, mode: 0o444, uid: 0, gid: 0, mtime: new Date(0) }, await readFile(path));
  }
  tar.finalize();
  return buffer(tar);
}
