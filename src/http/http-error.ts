import type { IncomingMessage, ServerResponse } from "node:http";
import type { DocumentCode, ErrorCode } from "../errors.js";
import { DISK_FULL_STATUS, isDiskFull } from "../machine-faults.js";
import { type PublicError, publicErrorOf } from "./format-error.js";

/** A request that is refused before GraphQL, or beside it, has to do with it. */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    readonly code: ErrorCode | DocumentCode,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = "HttpError";
  }
}

const STATUS: Record<ErrorCode, number> = {
  BAD_USER_INPUT: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  IN_USE: 409,
  CONFLICT: 409,
  CONTRACT_NOT_MET: 422,
  FILTER_TOO_BROAD: 422,
  // Not 429, which tells clients to send the same again: it would be too much again.
  LIMIT_EXCEEDED: 413,
  RUNTIME_UNAVAILABLE: 503,
  STORE_UNAVAILABLE: 503,
  INTERNAL: 500,
};

export const httpStatusOf = (code: string): number => STATUS[code as ErrorCode] ?? 400;

/** Every refusal has the shape of a GraphQL error, so that clients need to know one. */
export const errorBody = (code: string, message: string, id: string, path?: readonly (string | number)[]): string =>
  JSON.stringify({ errors: [{ message, extensions: { code, ...(path && { path }), id } }] });

/** Answers in full, also where the body of the request has not been read to its end. */
export function answer(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
): void {
  response.writeHead(status, { ...headers, "content-length": String(Buffer.byteLength(body)) });
  response.end(request.method === "HEAD" ? undefined : body);
  discardBody(request);
}

/** The answer to an error by HTTP. */
export interface HttpErrorAnswer extends PublicError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** The status, the code and the words for an error, whichever server it comes up in. */
export function httpErrorAnswer(error: unknown): HttpErrorAnswer {
  if (error instanceof HttpError) {
    const { status, code, message, headers } = error;
    return { status, code, message, headers };
  }
  const refusal = publicErrorOf(error);
  return { ...refusal, status: isDiskFull(error) ? DISK_FULL_STATUS : httpStatusOf(refusal.code), headers: {} };
}

const MAX_DISCARDED_BYTES = 1024 * 1024;
const MAX_DISCARD_MS = 2_000;

/** Reads a little of a body that nobody wants: a connection closed with bytes unread is reset, and the client never sees its answer. */
export function discardBody(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  const { socket } = request;
  const timer = setTimeout(() => socket.destroy(), MAX_DISCARD_MS);
  let left = MAX_DISCARDED_BYTES;
  request.on("data", (piece: Buffer) => {
    left -= piece.length;
    if (left < 0) socket.destroy();
  });
  request.once("close", () => clearTimeout(timer));
  request.resume();
}
