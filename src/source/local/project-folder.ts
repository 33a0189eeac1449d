import { realpath, stat } from "node:fs/promises";
import { isAbsolute, resolve, sep } from "node:path";
import { SourceError } from "../source.js";
import { shown } from "../tree/check-tree.js";

/**
 * The real folder of a project: inside one of the operator's roots after every link on the way has been followed.
 * @param location relative to one of the roots, or absolute.
 * @throws SourceError
 */
export async function projectFolder(location: string, roots: readonly string[]): Promise<string> {
  if (location === "" || /[\u0000-\u001f\u007f]/.test(location))
    throw new SourceError("The project's homeDir is no path of a folder.");
  const real = (await Promise.all(roots.map((root) => realOrNull(resolve(root))))).filter((root) => root !== null);
  for (const root of real) {
    const folder = await realOrNull(isAbsolute(location) ? location : resolve(root, location));
    const isInside = folder !== null && real.some((each) => isWithin(folder, each));
    if (isInside && (await stat(folder)).isDirectory()) return folder;
  }
  const known = roots.length > 0 ? roots.map((root) => resolve(root)).join(", ") : "none";
  throw new SourceError(
    `There is no folder ${shown(location)} inside a root of projects (${known}); the operator names them in ROCAS_PROJECT_ROOTS.`,
  );
}

export const isWithin = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);

// The refusal does not say what hinders it (absent, forbidden, a circle of links, too long).
const realOrNull = (path: string): Promise<string | null> => realpath(path).catch(() => null);
