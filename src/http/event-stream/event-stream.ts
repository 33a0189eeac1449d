import type { ServerResponse } from "node:http";
import { EVENT_STREAM_TYPE } from "../media-type.js";
import { piecesOf } from "../pieces.js";

const HEADERS = {
  "content-type": EVENT_STREAM_TYPE,
  "cache-control": "no-cache, no-transform",
  // nginx, and those that learnt from it, would hold events back.
  "x-accel-buffering": "no",
};
const COMMENT = ":\n\n";

/** An answer that goes on: one event after the other, each when the peer has taken the last, and comments in between. */
export class EventStream {
  private readonly comments: NodeJS.Timeout;
  private lastWritten = Promise.resolve();
  private isWriting = false;

  constructor(
    private readonly response: ServerResponse,
    private readonly keepAliveMs: number,
  ) {
    response.writeHead(200, HEADERS);
    // Some browsers see the head only when something follows it.
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

  /** A comment in the middle of an event would break it. */
  private write(text: string): Promise<void> {
    this.lastWritten = this.lastWritten.then(() => this.writeNow(text));
    return this.lastWritten;
  }

  private async writeNow(text: string): Promise<void> {
    this.isWriting = true;
    for (const each of piecesOf(text)) await this.writePiece(each);
    this.isWriting = false;
  }

  /** Resolves when the peer's side of the connection has taken it, or is gone. */
  private writePiece(piece: Buffer): Promise<void> {
    const { response } = this;
    if (response.destroyed || response.writableEnded) return Promise.resolve();
    return new Promise((resolve) => {
      const patience = setTimeout(() => response.destroy(), this.keepAliveMs);
      const taken = () => {
        clearTimeout(patience);
        response.off("close", taken);
        resolve();
      };
      response.once("close", taken);
      response.write(piece, taken);
    });
  }
}
