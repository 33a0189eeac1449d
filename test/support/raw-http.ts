import { type AddressInfo, connect } from "node:net";
import type { Server } from "node:http";

export const portOf = (server: Server): number => (server.address() as AddressInfo).port;

/** Sends bytes as they are and gives all that comes back until the connection ends, or for as long as `patience`. */
export function raw(port: number, bytes: string | Buffer, patience = 1_500): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    const seen: Buffer[] = [];
    const end = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(Buffer.concat(seen).toString("latin1"));
    };
    const timer = setTimeout(end, patience);
    socket.on("data", (piece) => seen.push(piece));
    socket.on("error", end);
    socket.on("close", end);
  });
}

export const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
