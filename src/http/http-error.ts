import type { DocumentCode, ErrorCode } from "../errors.js";
import { DISK_FULL_STATUS, isDiskFull } from "../machine-faults.js";
import { type PublicError, publicErrorOf } from "./format-error.js";

/** Refuses a request outside of GraphQL. */
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
  // Clients send the same again after 429. It would be too large again.
  LIMIT_EXCEEDED: 413,
  RUNTIME_UNAVAILABLE: 503,
  STORE_UNAVAILABLE: 503,
  INTERNAL: 500,
};

export const httpStatusOf = (code: string): number => STATUS[code as ErrorCode] ?? 400;

/** Returns the body of an error, in the shape of a GraphQL error. */
export const errorBody = (code: string, message: string, id: string, path?: readonly (string | number)[]): string =>
  JSON.stringify({ errors: [{ message, extensions: { code, ...(path && { path }), id } }] });

/** The HTTP answer to an error. */
export interface HttpErrorAnswer extends PublicError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** Returns the answer to an error, for any of the servers. */
export function httpErrorAnswer(error: unknown): HttpErrorAnswer {
  if (error instanceof HttpError) {
    const { status, code, message, headers } = error;
    return { status, code, message, headers };
  }
  const publicError = publicErrorOf(error);
  return { ...publicError, status: isDiskFull(error) ? DISK_FULL_STATUS : httpStatusOf(publicError.code), headers: {} };
}
