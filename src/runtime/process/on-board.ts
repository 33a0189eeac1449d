import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** The packages of each environment beside the project's. */
export interface OnBoard {
  /** As pip names packages. */
  readonly requirements: readonly string[];
  /** The folder of the package `rocas`; null for an environment without it. */
  readonly folder: string | null;
}

const FOLDER = fileURLToPath(new URL("../../../src/onboard/image/rocas", import.meta.url));

/** The packages that run a notebook: the same as in the base image, from the index. */
export const ON_BOARD: OnBoard = {
  requirements: ["ipykernel>=6.17,<7", "nbclient>=0.7,<1", "nbformat>=5.5,<6"],
  folder: FOLDER,
};

/** The hash of it, 64 hex digits. */
export async function onBoardHash({ requirements, folder }: OnBoard): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify(requirements));
  if (folder === null) return hash.digest("hex");
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = found
    .filter((each) => each.isFile() && each.name.endsWith(".py"))
    .map((each) => join(each.parentPath, each.name));
  for (const path of paths.sort()) {
    const content = await readFile(path);
    hash.update(`${relative(folder, path).split(sep).join("/")}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}
