import type { IncomingMessage, ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import parseRange from "range-parser";
import type { ByteRange } from "../storage/file-storage.js";
import { HttpError } from "./http-error.js";

export interface SentFile {
  /** Streams the content; a range of it only if the size is known. */
  read(range?: ByteRange): Promise<Readable>;
  /** Null if it is not known before the end. */
  readonly size: number | null;
  /** Null if it is not known before the end. */
  readonly sha256: string | null;
  /** The name under which a browser saves it. */
  readonly name: string;
}

/** Answers GET and HEAD: whole or one range, and not at all if the client has it already. The ETag is the SHA-256. */
export async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: SentFile,
  idleMs: number,
): Promise<void> {
  const etag = file.sha256 === null ? null : `"${file.sha256}"`;
  if (etag !== null && matches(request.headers["if-none-match"], etag)) {
    response.writeHead(304, { ...COMMON, etag }).end();
    return;
  }
  const range = rangeOf(request, file, etag);
  const length = range ? range.end - range.start + 1 : file.size;
  const headers = {
    ...COMMON,
    "content-type": "application/octet-stream",
    "content-disposition": disposition(file.name),
    "accept-ranges": etag === null ? "none" : "bytes",
    ...(length === null ? {} : { "content-length": length }),
    ...(range ? { "content-range": `bytes ${range.start}-${range.end}/${file.size}` } : {}),
    ...(etag === null ? {} : { etag, "x-rocas-sha256": file.sha256! }),
    // Files of users never run as pages of ours.
    "content-security-policy": "sandbox; default-src 'none'",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
  };
  if (request.method === "HEAD") {
    response.writeHead(200, headers).end();
    return;
  }
  const content = await file.read(range);
  response.writeHead(range ? 206 : 200, headers);
  await stream(content, response, idleMs);
}

const COMMON = { "cache-control": "private, no-store" };

/** A list of entity tags, weak or strong, or a star. */
const matches = (header: string | undefined, etag: string): boolean =>
  header !== undefined &&
  header.split(",").some((each) => each.trim() === "*" || each.trim().replace(/^W\//, "") === etag);

/**
 * The range to send, or undefined for the whole: if none is asked for, several are, or what the client has of the file
 * is of another one.
 * @throws HttpError 416 if nothing of the file lies in it.
 */
function rangeOf({ method, headers }: IncomingMessage, { size }: SentFile, etag: string | null) {
  const { range, "if-range": condition } = headers;
  if (method !== "GET" || range === undefined || size === null || etag === null) return undefined;
  if (condition !== undefined && condition !== etag) return undefined;
  const ranges = parseRange(size, range, { combine: true });
  if (ranges === -1)
    throw new HttpError(416, "BAD_USER_INPUT", `The file has ${size} bytes: nothing of it lies in that range.`, {
      "content-range": `bytes */${size}`,
    });
  return ranges !== -2 && ranges.type === "bytes" && ranges.length === 1 ? ranges[0] : undefined;
}

// Folders are no part of what a browser saves it as.
function disposition(name: string): string {
  const saved = name.slice(name.lastIndexOf("/") + 1);
  const plain = saved.replace(/[^\w.-]/g, "_");
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded(saved)}`;
}

// RFC 8187 leaves fewer characters as they are than encodeURIComponent does.
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

async function stream(content: Readable, response: ServerResponse, idleMs: number): Promise<void> {
  const stuck = setTimeout(() => response.destroy(), idleMs);
  content.on("data", () => stuck.refresh());
  try {
    // An error after the headers can only be told by breaking off: the last bytes never come, and the length is not met.
    await pipeline(content, response);
  } catch (error) {
    // A client that left is nobody's failure.
    if ((error as NodeJS.ErrnoException).code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
  } finally {
    clearTimeout(stuck);
  }
}
