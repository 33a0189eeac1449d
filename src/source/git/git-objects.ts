import { once } from "node:events";
import { SourceError } from "../source.js";
import { checkCount, quotedPath } from "../tree/check-tree.js";
import type { FileEntry, FolderEntry, LinkEntry, TreeLimits } from "../tree/tree-entry.js";
import { endGit, git, GitError, type GitOptions, startGit } from "./git-command.js";

/**
 * An entry of a commit. It is read from git's objects, without a checkout: links, filters and hooks stay mere bytes.
 */
export type GitEntry = (FolderEntry | FileEntry | LinkEntry) & {
  readonly sha: string;
  /** True if the folder is the place of a submodule. */
  readonly submodule?: boolean;
  /** The local file with the content, if it differs from the object. */
  readonly localFile?: string;
};

const LINE = /^(\d{6}) (\w+) ([0-9a-f]{40}|[0-9a-f]{64}) +(\d+|-)\t([^]+)$/;
const MAX_TARGET = 4096;

/** @throws SourceError */
export async function readGitTree(
  commit: string,
  options: GitOptions,
  limits: TreeLimits,
  blobs: BlobReader,
): Promise<GitEntry[]> {
  const entries: GitEntry[] = [];
  const lines = (await listTree(commit, options)).toString("utf8").split("\0").filter(Boolean);
  checkCount(lines.length, limits);
  for (const line of lines) {
    const [, mode, kind, sha, size, path] = LINE.exec(line) ?? [];
    if (!mode || !sha || !path) throw new SourceError("The commit has a name that cannot be read.");
    if (path.split("/").some((part) => part.toLowerCase() === ".git"))
      throw new SourceError(`The commit has a ${quotedPath(path)}, which no honest one has.`);
    if (kind === "tree") entries.push({ kind: "folder", path, sha });
    else if (kind === "commit") entries.push({ kind: "folder", path, sha, submodule: true });
    else if (mode === "120000")
      entries.push({ kind: "link", path, sha, target: await targetOf(blobs, path, sha, Number(size)) });
    else entries.push({ kind: "file", path, sha, size: Number(size), executable: mode === "100755" });
  }
  return entries;
}

async function listTree(commit: string, options: GitOptions): Promise<Buffer> {
  try {
    return await git(["ls-tree", "-r", "-t", "-z", "-l", "--full-tree", commit], options);
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    throw new SourceError("The commit has too many files, or is damaged.", { cause: error });
  }
}

async function targetOf(blobs: BlobReader, path: string, sha: string, size: number): Promise<string> {
  if (size > MAX_TARGET) throw new SourceError(`The link ${quotedPath(path)} is too long.`);
  return blobs.text(sha);
}

const MAX_HEADER = 200;

/** Reads blobs one after the other through one process. */
export class BlobReader implements AsyncDisposable {
  private readonly process: ReturnType<typeof startGit>;
  private readonly output: AsyncIterator<Buffer>;
  private buffered: Buffer = Buffer.alloc(0);

  constructor(options: GitOptions) {
    this.process = startGit(["cat-file", "--batch"], options);
    // The end of the output reports it.
    this.process.on("error", () => {});
    this.process.stdin.on("error", () => {});
    this.process.stderr.resume();
    this.output = this.process.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** Streams a blob, which must be read to its end before the next. @throws SourceError if it is no blob. */
  async *read(sha: string): AsyncGenerator<Buffer> {
    this.process.stdin.write(`${sha}\n`);
    const [, kind, size] = (await this.line()).split(" ");
    if (kind !== "blob") throw new SourceError("An object of the commit is missing.");
    let left = Number(size);
    while (left > 0) {
      if (this.buffered.length === 0) await this.readMore();
      const piece = this.buffered.subarray(0, left);
      this.buffered = this.buffered.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
    // A line feed follows the blob.
    await this.line();
  }

  async text(sha: string): Promise<string> {
    const pieces: Buffer[] = [];
    for await (const piece of this.read(sha)) pieces.push(piece);
    return Buffer.concat(pieces).toString("utf8");
  }

  /** Returns the first bytes, one character each. */
  async head(sha: string, maxBytes: number): Promise<string> {
    let head = "";
    for await (const piece of this.read(sha))
      if (head.length < maxBytes) head += piece.subarray(0, maxBytes - head.length).toString("latin1");
    return head;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null || this.process.pid === undefined) return;
    const ended = once(this.process, "exit");
    endGit(this.process);
    await ended;
  }

  private async line(): Promise<string> {
    let end = this.buffered.indexOf(10);
    while (end < 0) {
      if (this.buffered.length > MAX_HEADER) throw new SourceError("Git answered something else than a blob.");
      await this.readMore();
      end = this.buffered.indexOf(10);
    }
    const line = this.buffered.subarray(0, end).toString("utf8");
    this.buffered = this.buffered.subarray(end + 1);
    return line;
  }

  private async readMore(): Promise<void> {
    const { value, done } = await this.output.next();
    if (done) throw new SourceError("Git ended before all was read.");
    this.buffered = Buffer.concat([this.buffered, value]);
  }
}
