import type { ServerResponse } from "node:http";
import { EVENT_STREAM_TYPE } from "../media-type.js";
import { chunksOf } from "./chunks.js";

const HEADERS = {
  "content-type": EVENT_STREAM_TYPE,
  "cache-control": "no-cache, no-transform",
  // nginx and similar proxies would buffer events.
  "x-accel-buffering": "no",
};
const COMMENT = ":\n\n";

/** Writes events, each after the client has taken the last, and comments in between. */
export class EventStream {
  private readonly comments: NodeJS.Timeout;
  private lastWritten = Promise.resolve();
  private isWriting = false;

  constructor(
    private readonly response: ServerResponse,
    private readonly keepAliveMs: number,
  ) {
    response.writeHead(200, HEADERS);
    // Some browsers show the head only with content.
    void this.write(COMMENT);
    this.comments = setInterval(() => !this.isWriting && void this.write(COMMENT), keepAliveMs);
    response.once("close", () => clearInterval(this.comments));
  }

  send(event: "next" | "complete", content?: object): Promise<void> {
    return this.write(`event: ${event}\ndata:${content ? ` ${JSON.stringify(content)}` : ""}\n\n`);
  }

  end(): void {
    clearInterval(this.comments);
    this.response.end();
  }

  /** Writes are queued: a comment inside of an event would break it. */
  private write(text: string): Promise<void> {
    this.lastWritten = this.lastWritten.then(() => this.writeNow(text));
    return this.lastWritten;
  }

  private async writeNow(text: string): Promise<void> {
    this.isWriting = true;
    for (const each of chunksOf(text)) await this.writeChunk(each);
    this.isWriting = false;
  }

  /** Resolves when the peer's system has taken it, or the connection is gone. */
  private writeChunk(chunk: Buffer): Promise<void> {
    const { response } = this;
    if (response.destroyed || response.writableEnded) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => response.destroy(), this.keepAliveMs);
      const written = () => {
        clearTimeout(timer);
        response.off("close", written);
        resolve();
      };
      response.once("close", written);
      response.write(chunk, written);
    });
  }
}
