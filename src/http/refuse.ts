import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { ErrorCode } from "../errors.js";

const DRAIN_BYTES = 1024 * 1024;
const DRAIN_MS = 2_000;

/** Answers with an error in the shape of GraphQL's, also while the body is still coming in. */
export function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  code: ErrorCode,
  message: string,
  headers: OutgoingHttpHeaders = {},
): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const body = Buffer.from(JSON.stringify({ errors: [{ message, extensions: { code } }] }));
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": body.length,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...headers,
  });
  response.end(body);
  drain(request);
}

/** Reads a little of a body that nobody wants: a connection closed with bytes unread is reset, and the client never sees its answer. */
export function drain(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  const { socket } = request;
  const timer = setTimeout(() => socket.destroy(), DRAIN_MS);
  let left = DRAIN_BYTES;
  request.on("error", () => undefined);
  request.on("data", (piece: Buffer) => {
    left -= piece.length;
    if (left < 0) socket.destroy();
  });
  request.once("close", () => clearTimeout(timer));
  request.resume();
}
