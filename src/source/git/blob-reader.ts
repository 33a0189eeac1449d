import { once } from "node:events";
import { SourceError } from "../source.js";
import { endGit, type GitHow, startGit } from "./git-command.js";

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
