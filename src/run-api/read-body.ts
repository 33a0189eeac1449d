import type { IncomingMessage } from "node:http";
import { DomainError } from "../errors.js";
import { parseJson } from "../graph/parse-json.js";

const refuse = (what: string): never => {
  throw new DomainError("BAD_USER_INPUT", what);
};

/** The whole body, never more than `most` bytes of it. @throws LIMIT_EXCEEDED, BAD_USER_INPUT where it is encoded. */
export async function readBody(request: IncomingMessage, most: number): Promise<Buffer> {
  // Nothing that a container sent is decompressed: 108 bytes can become 49 MB.
  if (request.headers["content-encoding"]) refuse("Bodies are sent as they are, without Content-Encoding.");
  const tooLong = () => new DomainError("LIMIT_EXCEEDED", `The body has at most ${most} bytes.`);
  if (Number(request.headers["content-length"] ?? 0) > most) throw tooLong();
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > most) throw tooLong();
    pieces.push(piece);
  }
  return Buffer.concat(pieces, size);
}

/** @throws BAD_USER_INPUT where it is no JSON in UTF-8, or has a number that cannot be kept. */
export async function readJson(request: IncomingMessage, most: number): Promise<unknown> {
  const body = await readBody(request, most);
  if (body.length === 0) return {};
  try {
    return parseJson(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch (error) {
    if (error instanceof DomainError) throw error;
    throw new DomainError("BAD_USER_INPUT", "The body is not JSON in UTF-8.", undefined, { cause: error });
  }
}
