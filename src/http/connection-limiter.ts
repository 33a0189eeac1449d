import type { Server } from "node:http";
import type { Socket } from "node:net";

/** Bounds the connections of one address that have not shown the token. It closes one more without an answer. */
export class ConnectionLimiter {
  constructor(private readonly max: number) {}

  private readonly untrusted = new Map<string, Set<Socket>>();

  watch(server: Server): void {
    server.on("connection", (socket: Socket) => {
      const address = socket.remoteAddress ?? "";
      const sockets = this.untrusted.get(address) ?? new Set();
      if (sockets.size >= this.max && !sockets.has(socket)) {
        socket.destroy();
        return;
      }
      this.untrusted.set(address, sockets.add(socket));
      socket.once("close", () => this.forget(address, socket));
    });
  }

  /** Ceases to count a connection, which has shown the token. */
  trust(socket: Socket): void {
    this.forget(socket.remoteAddress ?? "", socket);
  }

  private forget(address: string, socket: Socket): void {
    const sockets = this.untrusted.get(address);
    sockets?.delete(socket);
    if (sockets?.size === 0) this.untrusted.delete(address);
  }
}
