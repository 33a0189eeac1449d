import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

// Right in src and in dist: the compiler does not copy the image's files.
const IMAGE_FOLDER = fileURLToPath(new URL("../../src/onboard/image/", import.meta.url));

export interface ImageFile {
  /** The path in the folder of the image, with slashes. */
  readonly name: string;
  readonly content: Buffer;
}

/** Returns the files of the base image in the order of their names. */
export async function imageFiles(): Promise<ImageFile[]> {
  const found = await readdir(IMAGE_FOLDER, { recursive: true, withFileTypes: true });
  const paths = found.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
  const names = paths.map((path) => relative(IMAGE_FOLDER, path).split(sep).join("/")).filter(isSource);
  return Promise.all(names.sort().map(async (name) => ({ name, content: await readFile(join(IMAGE_FOLDER, name)) })));
}

// Files of an interpreter or an editor are left out.
const isSource = (name: string) => !name.split("/").some((part) => part.startsWith(".") || part === "__pycache__");
