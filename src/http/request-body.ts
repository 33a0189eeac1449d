import type { IncomingMessage } from "node:http";
import { PassThrough, type Readable } from "node:stream";
import { DomainError } from "../errors.js";
import { parseJson } from "../graph/parse-json.js";
import { HttpError } from "./http-error.js";
import type { Limits } from "./limits/limits.js";

export interface BodyLimits extends Pick<Limits, "maxBodyBytes"> {
  /** The time for the whole body. Left out: no limit. */
  readonly bodyMs?: number;
}

const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** Reads the body of a request, within its limits. @throws HttpError if it is encoded, too large or too slow */
export async function readBody(request: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  const { "content-encoding": encoding, "content-length": length } = request.headers;
  if (encoding !== undefined && encoding.toLowerCase() !== "identity")
    throw new HttpError(415, "BAD_USER_INPUT", "Bodies are not decompressed: send it without Content-Encoding.");
  if (Number(length ?? 0) > limits.maxBodyBytes) throw tooLarge(limits.maxBodyBytes);
  return readBytes(request, limits);
}

/**
 * Reads the JSON of a request; undefined if the body is empty.
 * @throws HttpError as `readBody`, or if it is no JSON; DomainError if JSON cannot be stored
 */
export async function readJson(request: IncomingMessage, limits: BodyLimits): Promise<unknown> {
  const bytes = await readBody(request, limits);
  if (bytes.length === 0) return undefined;
  try {
    return parseJson(UTF8.decode(bytes));
  } catch (error) {
    if (error instanceof DomainError) throw error;
    throw new HttpError(400, "BAD_USER_INPUT", "The body is no well-formed JSON in UTF-8.");
  }
}

function readBytes(request: IncomingMessage, { maxBodyBytes: max, bodyMs }: BodyLimits): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const slow = (ms: number) =>
      settle(() => reject(new HttpError(408, "LIMIT_EXCEEDED", `The body did not come within ${ms / 1_000} seconds.`)));
    const timer = bodyMs === undefined ? undefined : setTimeout(slow, bodyMs, bodyMs);
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      request.off("data", onData).off("end", onEnd).off("close", onClose);
      finish();
    };
    const onData = (chunk: Buffer) => {
      length += chunk.length;
      if (length > max) settle(() => reject(tooLarge(max)));
      else chunks.push(chunk);
    };
    const onEnd = () => settle(() => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
    const onClose = () =>
      settle(() => reject(new HttpError(400, "BAD_USER_INPUT", "The request ended before its body did.")));
    if (request.destroyed) return onClose();
    request.on("data", onData).once("end", onEnd).once("close", onClose);
  });
}

const tooLarge = (max: number): HttpError =>
  new HttpError(413, "LIMIT_EXCEEDED", `A body has at most ${max / 1024} KiB.`);

/**
 * Streams the body of a request.
 *
 * Callers do not get the request itself: destroying it after an error would cut the answer off.
 * @param idleMs the time for which the client may send nothing
 */
export function bodyStream(request: IncomingMessage, idleMs: number): Readable {
  const content = new PassThrough();
  const broken = () => content.destroy(new DomainError("BAD_USER_INPUT", "The connection broke off."));
  const silent = setTimeout(() => request.destroy(), idleMs);
  // An error may come before the receiver listens.
  content.on("error", () => undefined);
  content.once("close", () => clearTimeout(silent));
  request.on("data", () => silent.refresh());
  request.on("error", broken);
  request.once("end", () => clearTimeout(silent));
  request.once("close", () => (clearTimeout(silent), request.complete || broken()));
  return request.pipe(content);
}
