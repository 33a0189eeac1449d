import type { IncomingMessage, ServerResponse } from "node:http";
import { MIB } from "../units.js";

/** Sends an answer, even if the body of the request has not been read. */
export function answer(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer,
): void {
  response.writeHead(status, { ...headers, "content-length": String(Buffer.byteLength(body)) });
  if (request.method === "HEAD") response.end();
  else if (typeof body === "string" || body.length > MAX_JOINED_BYTES) response.end(body);
  // Node joins a text with the head, and queues bytes behind it. As Latin-1 a text has the same bytes.
  else response.end(body.toString("latin1"), "latin1");
  discardBody(request);
}

/** Up to this size, it costs less to copy a body than to write it separately. */
const MAX_JOINED_BYTES = 8 * 1024;

const MAX_DISCARDED_BYTES = MIB;
const MAX_DISCARD_MS = 2_000;

/**
 * Reads the rest of a body, within bounds. A connection that is closed with bytes unread is reset, and the client loses
 * the answer.
 */
export function discardBody(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  const { socket } = request;
  const timer = setTimeout(() => socket.destroy(), MAX_DISCARD_MS);
  let remaining = MAX_DISCARDED_BYTES;
  request.on("data", (chunk: Buffer) => {
    remaining -= chunk.length;
    if (remaining < 0) socket.destroy();
  });
  request.once("close", () => clearTimeout(timer));
  request.resume();
}
