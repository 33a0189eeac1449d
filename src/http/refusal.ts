import type { IncomingMessage, ServerResponse } from "node:http";
import type { DocumentCode, ErrorCode } from "../errors.js";
import { drain } from "./drain.js";

/** A request that is refused before GraphQL, or beside it, has to do with it. */
export class HttpRefusal extends Error {
  constructor(
    readonly status: number,
    readonly code: ErrorCode | DocumentCode,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = "HttpRefusal";
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
export const refusalBody = (code: string, message: string, id: string, path?: readonly (string | number)[]): string =>
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
  drain(request);
}
