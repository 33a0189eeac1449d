import type { IncomingMessage, ServerResponse } from "node:http";

/**
 * A part of the server beside GraphQL. The Host and Origin checks come before it; nothing of the body has been read.
 * What `handle` throws is answered as JSON: a DomainError with its code, anything else masked and logged.
 */
export interface Route {
  /** Of the path, with a slash at its end. */
  readonly prefix: string;
  /** `token`: the server asks for ROCAS_TOKEN. `own`: the route checks who asks. */
  readonly auth: "token" | "own";
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
}
