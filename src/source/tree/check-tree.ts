import { SourceError } from "../source.js";
import { followLink, type TreeEntry, type TreeLimits } from "./tree-entry.js";

const LONGEST_PATH = 1024;
const LONGEST_NAME = 255;
// A name that is not UTF-8 was read with this sign in it, and is not the name of the file any more.
const UNREADABLE = /[\u0000-\u001f\u007f\ufffd]/;
const INTO_GIT = /(?:^|\/)\.git(?:\/|$)/i;
const GIB = 1024 ** 3;

/**
 * Only names that mean the same everywhere, only links that stay inside, and no more than the limits.
 * @throws SourceError that names what breaks this.
 */
export function checkTree(entries: readonly TreeEntry[], limits: TreeLimits): void {
  checkCount(entries.length, limits);
  checkBytes(
    entries.reduce((sum, entry) => sum + (entry.kind === "file" ? entry.size : 0), 0),
    limits,
  );
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  const folded = new Map<string, string>();
  for (const entry of entries) {
    checkName(entry.path);
    const same = entry.path.normalize("NFC").toLowerCase();
    const other = folded.get(same);
    if (other !== undefined)
      throw new SourceError(
        `${shown(other)} and ${shown(entry.path)} are one name where case does not count; rename one.`,
      );
    folded.set(same, entry.path);
    if (entry.kind !== "link") continue;
    const end = followLink(entry, byPath);
    if (end === null)
      throw new SourceError(
        `The link ${shown(entry.path)} leads out of the project (to ${shown(entry.target)}); put it into .dockerignore, or the file itself in its place.`,
      );
    if (INTO_GIT.test(end))
      throw new SourceError(
        `The link ${shown(entry.path)} leads into git's own folder, which no build gets: put it into .dockerignore, or the file itself in its place (\`git annex get\` and \`git annex unlock\`, if git-annex keeps it).`,
      );
  }
}

/** @throws SourceError */
export function checkCount(count: number, { entries }: TreeLimits): void {
  if (count > entries)
    throw new SourceError(`The project has more than ${entries} files and folders; .dockerignore can leave some out.`);
}

/** @throws SourceError */
export function checkBytes(sum: number, { bytes }: TreeLimits): void {
  if (sum > bytes)
    throw new SourceError(`The project is larger than ${bytes / GIB} GiB; .dockerignore can leave files out.`);
}

/** @throws SourceError for a name that means another thing elsewhere. */
export function checkName(path: string): void {
  const bad = path
    .split("/")
    .some((part) => part === "" || part === "." || part === ".." || part.length > LONGEST_NAME);
  if (bad || path.length > LONGEST_PATH || UNREADABLE.test(path))
    throw new SourceError(`The name ${shown(path)} is too long, or holds signs that no file name should.`);
}

export const shown = (path: string): string => JSON.stringify(path.length > 200 ? `${path.slice(0, 200)}...` : path);
