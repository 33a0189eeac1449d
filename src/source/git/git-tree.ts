import { SourceError } from "../source.js";
import { checkCount, shown } from "../tree/check-tree.js";
import type { FolderEntry, FileEntry, LinkEntry, TreeLimits } from "../tree/tree-entry.js";
import type { BlobReader } from "./blob-reader.js";
import { git, GitFailed, type GitHow } from "./git-command.js";

/** Nothing is checked out: what a commit holds is read from the objects, where links, filters and hooks are mere bytes. */
export type GitEntry = (FolderEntry | FileEntry | LinkEntry) & {
  readonly sha: string;
  /** True if the folder is the place of a submodule. */
  readonly submodule?: boolean;
  /** The file on this machine that holds the bytes, where they are others than the object's. */
  readonly place?: string;
};

const LINE = /^(\d{6}) (\w+) ([0-9a-f]{40}|[0-9a-f]{64}) +(\d+|-)\t([^]+)$/;
const LONGEST_TARGET = 4096;

/** @throws SourceError */
export async function gitTree(commit: string, how: GitHow, limits: TreeLimits, blobs: BlobReader): Promise<GitEntry[]> {
  const entries: GitEntry[] = [];
  const lines = (await listing(commit, how)).toString("utf8").split("\0").filter(Boolean);
  checkCount(lines.length, limits);
  for (const line of lines) {
    const [, mode, kind, sha, size, path] = LINE.exec(line) ?? [];
    if (!mode || !sha || !path) throw new SourceError("The commit has a name that cannot be read.");
    if (path.split("/").some((part) => part.toLowerCase() === ".git"))
      throw new SourceError(`The commit has a ${shown(path)}, which no honest one has.`);
    if (kind === "tree") entries.push({ kind: "folder", path, sha });
    else if (kind === "commit") entries.push({ kind: "folder", path, sha, submodule: true });
    else if (mode === "120000")
      entries.push({ kind: "link", path, sha, target: await targetOf(blobs, path, sha, Number(size)) });
    else entries.push({ kind: "file", path, sha, size: Number(size), executable: mode === "100755" });
  }
  return entries;
}

async function listing(commit: string, how: GitHow): Promise<Buffer> {
  try {
    return await git(["ls-tree", "-r", "-t", "-z", "-l", "--full-tree", commit], how);
  } catch (error) {
    if (!(error instanceof GitFailed)) throw error;
    throw new SourceError("The commit has too many files, or is damaged.", { cause: error });
  }
}

async function targetOf(blobs: BlobReader, path: string, sha: string, size: number): Promise<string> {
  if (size > LONGEST_TARGET) throw new SourceError(`The link ${shown(path)} is too long.`);
  return blobs.text(sha);
}
