import { SourceError } from "../source.js";
import { followLink, type TreeEntry, type TreeLimits } from "./tree-entry.js";

const MAX_PATH = 1024;
const MAX_NAME = 255;
// Node puts U+FFFD into names that are not UTF-8: such a name no longer finds its file.
const UNREADABLE = /[\u0000-\u001f\u007f\ufffd]/;
const INTO_GIT = /(?:^|\/)\.git(?:\/|$)/i;
const GIB = 1024 ** 3;

/**
 * Allows only names that are the same everywhere, links that stay inside, and sizes within the limits.
 * @throws SourceError naming the offender.
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
        `${quotedPath(other)} and ${quotedPath(entry.path)} are one name where case does not count; rename one.`,
      );
    folded.set(same, entry.path);
    if (entry.kind !== "link") continue;
    const end = followLink(entry, byPath);
    if (end === null)
      throw new SourceError(
        `The link ${quotedPath(entry.path)} leads out of the project (to ${quotedPath(entry.target)}); put it into .dockerignore, or the file itself in its place.`,
      );
    if (INTO_GIT.test(end))
      throw new SourceError(
        `The link ${quotedPath(entry.path)} leads into git's own folder, which no build gets: put it into .dockerignore, or the file itself in its place (\`git annex get\` and \`git annex unlock\`, if git-annex keeps it).`,
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

/** @throws SourceError for a name that has another meaning elsewhere. */
export function checkName(path: string): void {
  const bad = path.split("/").some((part) => part === "" || part === "." || part === ".." || part.length > MAX_NAME);
  if (bad || path.length > MAX_PATH || UNREADABLE.test(path))
    throw new SourceError(`The name ${quotedPath(path)} is too long, or holds signs that no file name should.`);
}

export const quotedPath = (path: string): string =>
  JSON.stringify(path.length > 200 ? `${path.slice(0, 200)}...` : path);
