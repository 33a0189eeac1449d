import type { Server, ServerResponse } from "node:http";

const MAX_SHUTDOWN_MS = 20_000;

/** Lets running requests end, and no others begin. */
export class GracefulShutdown {
  private readonly running = new Set<ServerResponse>();
  private hasBegun = false;

  constructor(private readonly server: Server) {
    server.on("request", (_request, response) => this.watch(response));
  }

  /** Stops accepting. Resolves when the last answer is sent; after 20 s it cuts the others off. */
  async shutDown(): Promise<void> {
    this.hasBegun = true;
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const each of this.running) if (!each.headersSent) each.setHeader("connection", "close");
    const timer = setTimeout(() => this.server.closeAllConnections(), MAX_SHUTDOWN_MS);
    // Node counts a connection as active if it has sent no request, or half of one.
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
