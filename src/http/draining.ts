import type { Server, ServerResponse } from "node:http";

const MOST_MS = 20_000;

/** Lets the requests that run come to their end, and no others begin. */
export class Draining {
  private readonly running = new Set<ServerResponse>();
  private hasBegun = false;

  constructor(private readonly server: Server) {
    server.on("request", (_request, response) => this.watch(response));
  }

  /** Stops accepting; resolves when the last answer is sent, or after 20 s, when what still runs is cut off. */
  async drain(): Promise<void> {
    this.hasBegun = true;
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const each of this.running) if (!each.headersSent) each.setHeader("connection", "close");
    const timer = setTimeout(() => this.server.closeAllConnections(), MOST_MS);
    // A connection that had begun to send a request, or had never sent one, counts as active to Node.
    this.closeIdle();
    await closed;
    clearTimeout(timer);
  }

  private watch(response: ServerResponse): void {
    this.running.add(response);
    if (this.hasBegun) response.setHeader("connection", "close");
    response.once("close", () => {
      this.running.delete(response);
      if (this.hasBegun) this.closeIdle();
    });
  }

  private closeIdle(): void {
    this.server.closeIdleConnections();
    if (this.running.size === 0) setImmediate(() => this.running.size === 0 && this.server.closeAllConnections());
  }
}
