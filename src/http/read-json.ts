import type { IncomingMessage } from "node:http";
import { MIMEType } from "node:util";
import { DomainError } from "../errors.js";
import { parseJson } from "../graph/parse-json.js";
import type { Limits } from "./limits/limits.js";
import { HttpRefusal } from "./refusal.js";

export type BodyLimits = Pick<Limits, "maxBodyBytes" | "bodyMs">;

/**
 * The JSON object that a request carries.
 * @throws HttpRefusal for another type, another encoding, too much of it, or too slow a sender; BAD_USER_INPUT for a
 * number that cannot be kept.
 */
export async function readJson(request: IncomingMessage, limits: BodyLimits): Promise<Record<string, unknown>> {
  checkHeaders(request, limits.maxBodyBytes);
  const bytes = await readBytes(request, limits);
  const value = parse(bytes);
  if (Array.isArray(value))
    throw new HttpRefusal(
      400,
      "BAD_USER_INPUT",
      "One operation comes in one request: the body is a JSON object, no list.",
    );
  if (typeof value !== "object" || value === null)
    throw new HttpRefusal(
      400,
      "BAD_USER_INPUT",
      "The body is a JSON object with `query` and, perhaps, `variables` and `operationName`.",
    );
  return value as Record<string, unknown>;
}

function checkHeaders({ headers }: IncomingMessage, most: number): void {
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && encoding.toLowerCase() !== "identity")
    throw new HttpRefusal(415, "BAD_USER_INPUT", "Bodies are not decompressed: send it without Content-Encoding.");
  if (!isJson(headers["content-type"]))
    throw new HttpRefusal(415, "BAD_USER_INPUT", "The body is JSON in UTF-8: send it as application/json.");
  if (Number(headers["content-length"] ?? 0) > most) throw tooLarge(most);
}

/** Returns true for `application/json` in UTF-8. */
export function isJson(contentType: string | undefined): boolean {
  try {
    const { essence, params } = new MIMEType(contentType ?? "");
    return essence === "application/json" && /^utf-?8$/i.test(params.get("charset") ?? "utf-8");
  } catch {
    return false;
  }
}

function readBytes(request: IncomingMessage, { maxBodyBytes: most, bodyMs }: BodyLimits): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const slow = () =>
      settle(() =>
        reject(new HttpRefusal(408, "LIMIT_EXCEEDED", `The body did not come within ${bodyMs / 1_000} seconds.`)),
      );
    const timer = setTimeout(slow, bodyMs);
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
    request.on("data", onData).once("end", onEnd).once("close", onClose);
  });
}

function parse(bytes: Buffer): unknown {
  try {
    return parseJson(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw unkept(error) ?? new HttpRefusal(400, "BAD_USER_INPUT", "The body is no well-formed JSON in UTF-8.");
  }
}

/** The refusal of JSON that is well-formed and cannot be kept, with the path from its variables on; else undefined. */
export function unkept(error: unknown): Error | undefined {
  if (!(error instanceof DomainError)) return undefined;
  const { code, message, inputPath: path } = error;
  if (code !== "BAD_USER_INPUT") return new HttpRefusal(400, code, message);
  return new DomainError(code, message, path?.[0] === "variables" ? path.slice(1) : path);
}

const tooLarge = (most: number): HttpRefusal =>
  new HttpRefusal(413, "LIMIT_EXCEEDED", `A body has at most ${most / 1024} KiB.`);
