import type { IncomingMessage } from "node:http";
import { DomainError } from "../errors.js";
import { parseJson } from "../graph/parse-json.js";
import type { Limits } from "./limits/limits.js";
import { HttpRefusal } from "./refusal.js";

export interface BodyLimits extends Pick<Limits, "maxBodyBytes"> {
  /** For all of it to come in; left out: as long as its sender goes on. */
  readonly bodyMs?: number;
}

/**
 * All that a request carries, never more than the limit allows.
 * @throws HttpRefusal for an encoding, too much of it, or too slow a sender.
 */
export async function readBody(request: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  const { "content-encoding": encoding, "content-length": length } = request.headers;
  if (encoding !== undefined && encoding.toLowerCase() !== "identity")
    throw new HttpRefusal(415, "BAD_USER_INPUT", "Bodies are not decompressed: send it without Content-Encoding.");
  if (Number(length ?? 0) > limits.maxBodyBytes) throw tooLarge(limits.maxBodyBytes);
  return readBytes(request, limits);
}

/**
 * The JSON that a request carries; undefined if it carries nothing.
 * @throws HttpRefusal as `readBody`, and for what is no JSON; DomainError for JSON that cannot be kept.
 */
export async function readJson(request: IncomingMessage, limits: BodyLimits): Promise<unknown> {
  const bytes = await readBody(request, limits);
  if (bytes.length === 0) return undefined;
  try {
    return parseJson(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof DomainError) throw error;
    throw new HttpRefusal(400, "BAD_USER_INPUT", "The body is no well-formed JSON in UTF-8.");
  }
}

function readBytes(request: IncomingMessage, { maxBodyBytes: most, bodyMs }: BodyLimits): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const slow = (ms: number) =>
      settle(() =>
        reject(new HttpRefusal(408, "LIMIT_EXCEEDED", `The body did not come within ${ms / 1_000} seconds.`)),
      );
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
      settle(() => reject(new HttpRefusal(400, "BAD_USER_INPUT", "The request ended before its body did.")));
    if (request.destroyed) return onClose();
    request.on("data", onData).once("end", onEnd).once("close", onClose);
  });
}

const tooLarge = (most: number): HttpRefusal =>
  new HttpRefusal(413, "LIMIT_EXCEEDED", `A body has at most ${most / 1024} KiB.`);
