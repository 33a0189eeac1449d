import type { IncomingMessage } from "node:http";
import { PassThrough, type Readable } from "node:stream";
import { DomainError } from "../errors.js";
import { parseJson } from "../graph/parse-json.js";
import { HttpError } from "./http-error.js";
import type { Limits } from "./limits/limits.js";

export interface BodyLimits extends Pick<Limits, "maxBodyBytes"> {
  /** For all of it to come in; left out: as long as its sender goes on. */
  readonly bodyMs?: number;
}

/**
 * All that a request carries, never more than the limit allows.
 * @throws HttpError for an encoding, too much of it, or too slow a sender.
 */
export async function readBody(request: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  const { "content-encoding": encoding, "content-length": length } = request.headers;
  if (encoding !== undefined && encoding.toLowerCase() !== "identity")
    throw new HttpError(415, "BAD_USER_INPUT", "Bodies are not decompressed: send it without Content-Encoding.");
  if (Number(length ?? 0) > limits.maxBodyBytes) throw tooLarge(limits.maxBodyBytes);
  return readBytes(request, limits);
}

/**
 * The JSON that a request carries; undefined if it carries nothing.
 * @throws HttpError as `readBody`, and for what is no JSON; DomainError for JSON that cannot be kept.
 */
export async function readJson(request: IncomingMessage, limits: BodyLimits): Promise<unknown> {
  const bytes = await readBody(request, limits);
  if (bytes.length === 0) return undefined;
  try {
    return parseJson(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof DomainError) throw error;
    throw new HttpError(400, "BAD_USER_INPUT", "The body is no well-formed JSON in UTF-8.");
  }
}

function readBytes(request: IncomingMessage, { maxBodyBytes: most, bodyMs }: BodyLimits): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const slow = (ms: number) =>
      settle(() => reject(new HttpError(408, "LIMIT_EXCEEDED", `The body did not come within ${ms / 1_000} seconds.`)));
    const timer = bodyMs === undefined ? undefined : setTimeout(slow, bodyMs, bodyMs);
    const settle = (how: () => void) => {
      clearTimeout(timer);
      request.off("data", onData).off("end", onEnd).off("close", onClose);
      how();
    };
    const onData = (chunk: Buffer) => {
      length += chunk.length;
      if (length > most) settle(() => reject(tooLarge(most)));
      else chunks.push(chunk);
    };
    const onEnd = () => settle(() => resolve(Buffer.concat(chunks)));
    const onClose = () =>
      settle(() => reject(new HttpError(400, "BAD_USER_INPUT", "The request ended before its body did.")));
    if (request.destroyed) return onClose();
    request.on("data", onData).once("end", onEnd).once("close", onClose);
  });
}

const tooLarge = (most: number): HttpError =>
  new HttpError(413, "LIMIT_EXCEEDED", `A body has at most ${most / 1024} KiB.`);

/**
 * Streams the content of a request. The request itself is not handed on: whoever destroys it on a failure would cut the
 * connection, and with it the answer.
 * @param idleMs how long its sender may be silent
 */
export function bodyStream(request: IncomingMessage, idleMs: number): Readable {
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
