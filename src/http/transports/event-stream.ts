import type { ServerResponse } from "node:http";
import { EVENT_STREAM_TYPE } from "../media-type.js";
import { chunksOf } from "./chunks.js";
import { resultBytes } from "./result-bytes.js";

const HEADERS = {
  "content-type": EVENT_STREAM_TYPE,
  "cache-control": "no-cache, no-transform",
  // nginx and similar proxies would buffer events.
  "x-accel-buffering": "no",
};
const COMMENT = ":\n\n";
const NEXT = "event: next\ndata: ";
const END = "\n\n";
const COMPLETE = "event: complete\ndata:\n\n";

/** Writes events, each after the client has taken the last, and comments in between. */
export class EventStream {
  private readonly comments: NodeJS.Timeout;
  private lastWritten = Promise.resolve();
  /** The messages that wait or are being written. */
  private unwritten = 0;
  /** True if the same chunk was being written at the last comment. */
  private isStuck = false;
  /** Called if the connection is gone while a chunk is being written. */
  private giveUp: (() => void) | undefined;

  constructor(
    private readonly response: ServerResponse,
    keepAliveMs: number,
  ) {
    response.writeHead(200, HEADERS);
    // Some browsers show the head only with content.
    void this.write(COMMENT);
    this.comments = setInterval(() => this.comment(), keepAliveMs);
    response.once("close", () => {
      clearInterval(this.comments);
      this.giveUp?.();
    });
  }

  /** Sends a result of the operation. */
  next(result: object): Promise<void> {
    return this.write(resultBytes(result, NEXT, END));
  }

  /** Ends the stream. With `isComplete`, the client does not connect again. */
  async end({ isComplete }: { readonly isComplete: boolean }): Promise<void> {
    if (isComplete) await this.write(COMPLETE);
    clearInterval(this.comments);
    this.response.end();
  }

  /** Cuts off a client that has taken nothing since the last comment. One inside of an event would break it. */
  private comment(): void {
    if (this.unwritten === 0) return void this.write(COMMENT);
    if (this.isStuck) this.response.destroy();
    this.isStuck = true;
  }

  private write(message: string | Buffer): Promise<void> {
    this.unwritten += 1;
    this.lastWritten =
      this.unwritten === 1 ? this.writeNow(message) : this.lastWritten.then(() => this.writeNow(message));
    return this.lastWritten;
  }

  private async writeNow(message: string | Buffer): Promise<void> {
    for (const each of chunksOf(message)) await this.writeChunk(each);
    this.unwritten -= 1;
  }

  /** Resolves when the peer's system has taken it, or the connection is gone. */
  private writeChunk(chunk: Buffer): Promise<void> {
    const { response } = this;
    if (response.destroyed || response.writableEnded) return Promise.resolve();
    return new Promise((resolve) => {
      this.isStuck = false;
      this.giveUp = resolve;
      response.write(chunk, () => resolve());
    });
  }
}
