import type { ServerResponse } from "node:http";
import { patienceMs } from "../patience.js";

const HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache, no-transform",
  // nginx, and those that learnt from it, would hold events back.
  "x-accel-buffering": "no",
};
const COMMENT = ":\n\n";

/** An answer that goes on: one event after the other, each when the peer has taken the last, and comments in between. */
export class EventStream {
  private readonly comments: NodeJS.Timeout;
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

  /** Resolves when the peer's side of the connection has taken it, or is gone. */
  private write(text: string): Promise<void> {
    const { response } = this;
    if (response.destroyed || response.writableEnded) return Promise.resolve();
    this.isWriting = true;
    return new Promise((resolve) => {
      const patience = setTimeout(() => response.destroy(), patienceMs(this.keepAliveMs, text.length));
      const taken = () => {
        clearTimeout(patience);
        response.off("close", taken);
        this.isWriting = false;
        resolve();
      };
      response.once("close", taken);
      response.write(text, taken);
    });
  }
}
