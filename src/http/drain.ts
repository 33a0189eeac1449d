import type { IncomingMessage } from "node:http";

const MOST_BYTES = 1024 * 1024;
const MOST_MS = 2_000;

/** Reads a little of a body that nobody wants: a connection closed with bytes unread is reset, and the client never sees its answer. */
export function drain(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  const { socket } = request;
  const timer = setTimeout(() => socket.destroy(), MOST_MS);
  let left = MOST_BYTES;
  request.on("data", (piece: Buffer) => {
    left -= piece.length;
    if (left < 0) socket.destroy();
  });
  request.once("close", () => clearTimeout(timer));
  request.resume();
}
