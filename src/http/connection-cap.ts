import type { Server } from "node:http";
import type { Socket } from "node:net";

/** Bounds the connections of one address that have not shown the token; one more is closed without an answer. */
export class ConnectionCap {
  constructor(private readonly most: number) {}

  private readonly strangers = new Map<string, Set<Socket>>();

  watch(server: Server): void {
    server.on("connection", (socket: Socket) => {
      const address = socket.remoteAddress ?? "";
      const sockets = this.strangers.get(address) ?? new Set();
      if (sockets.size >= this.most && !sockets.has(socket)) {
        socket.destroy();
        return;
      }
      this.strangers.set(address, sockets.add(socket));
      socket.once("close", () => this.forget(address, socket));
    });
  }

  /** The connection showed the token. */
  trust(socket: Socket): void {
    this.forget(socket.remoteAddress ?? "", socket);
  }

  private forget(address: string, socket: Socket): void {
    const sockets = this.strangers.get(address);
    sockets?.delete(socket);
    if (sockets?.size === 0) this.strangers.delete(address);
  }
}
