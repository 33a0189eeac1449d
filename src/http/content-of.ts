import type { IncomingMessage } from "node:http";
import { PassThrough, type Readable } from "node:stream";
import { DomainError } from "../errors.js";

/**
 * Streams the content of a request. The request itself is not handed on: whoever destroys it on a failure would cut the
 * connection, and with it the answer.
 * @param idleMs how long its sender may be silent
 */
export function contentOf(request: IncomingMessage, idleMs: number): Readable {
  const content = new PassThrough();
  const broken = () => content.destroy(new DomainError("BAD_USER_INPUT", "The connection broke off."));
  const silent = setTimeout(() => request.destroy(), idleMs);
  // Until the receiver listens, nobody else does.
  content.on("error", () => undefined);
  content.once("close", () => clearTimeout(silent));
  request.on("data", () => silent.refresh());
  request.on("error", broken);
  request.once("end", () => clearTimeout(silent));
  request.once("close", () => (clearTimeout(silent), request.complete || broken()));
  return request.pipe(content);
}
