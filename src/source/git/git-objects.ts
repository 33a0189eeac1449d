import { once } from "node:events";
import { SourceError } from "../source.js";
import { checkCount, shown } from "../tree/check-tree.js";
import type { FileEntry, FolderEntry, LinkEntry, TreeLimits } from "../tree/tree-entry.js";
import { endGit, git, GitFailed, type GitHow, startGit } from "./git-command.js";

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

const LONGEST_HEADER = 200;

/** Reads blobs one after the other from one process. */
export class BlobReader implements AsyncDisposable {
  private readonly process: ReturnType<typeof startGit>;
  private readonly output: AsyncIterator<Buffer>;
  private waiting: Buffer = Buffer.alloc(0);

  constructor(how: GitHow) {
    this.process = startGit(["cat-file", "--batch"], how);
    // Its end shows in the output.
    this.process.on("error", () => {});
    this.process.stdin.on("error", () => {});
    this.process.stderr.resume();
    this.output = this.process.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** To its end, before the next one is read. @throws SourceError if it is no blob. */
  async *read(sha: string): AsyncGenerator<Buffer> {
    this.process.stdin.write(`${sha}\n`);
    const [, kind, size] = (await this.line()).split(" ");
    if (kind !== "blob") throw new SourceError("An object of the commit is missing.");
    let left = Number(size);
    while (left > 0) {
      if (this.waiting.length === 0) await this.more();
      const piece = this.waiting.subarray(0, left);
      this.waiting = this.waiting.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
    // The blob's own end is followed by one of a line.
    await this.line();
  }

  async text(sha: string): Promise<string> {
    const pieces: Buffer[] = [];
    for await (const piece of this.read(sha)) pieces.push(piece);
    return Buffer.concat(pieces).toString("utf8");
  }

  /** The first bytes, each as a character. */
  async head(sha: string, most: number): Promise<string> {
    let head = "";
    for await (const piece of this.read(sha))
      if (head.length < most) head += piece.subarray(0, most - head.length).toString("latin1");
    return head;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null || this.process.pid === undefined) return;
    const ended = once(this.process, "exit");
    endGit(this.process);
    await ended;
  }

  private async line(): Promise<string> {
    let end = this.waiting.indexOf(10);
    while (end < 0) {
      if (this.waiting.length > LONGEST_HEADER) throw new SourceError("Git answered something else than a blob.");
      await this.more();
      end = this.waiting.indexOf(10);
    }
    const line = this.waiting.subarray(0, end).toString("utf8");
    this.waiting = this.waiting.subarray(end + 1);
    return line;
  }

  private async more(): Promise<void> {
    const { value, done } = await this.output.next();
    if (done) throw new SourceError("Git ended before all was read.");
    this.waiting = Buffer.concat([this.waiting, value]);
  }
}
