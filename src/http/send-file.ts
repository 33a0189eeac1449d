import type { IncomingMessage, ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import parseRange from "range-parser";
import type { ByteRange } from "../storage/file-storage.js";
import { HttpError } from "./http-error.js";

export interface SentFile {
  /** Streams the content. Only a file of known size takes a range. */
  read(range?: ByteRange): Promise<Readable>;
  /** Null if only the end shows it. */
  readonly size: number | null;
  /** Null if only the end shows it. */
  readonly sha256: string | null;
  /** The name that a browser saves it under. */
  readonly name: string;
  /**
   * Returns an address outside of this server that gives the content; null, or left out, if there is none.
   * @param headers of its answer
   */
  location?(headers: Readonly<Record<string, string>>): Promise<string | null>;
}

/** Answers GET and HEAD with a file, one range of it, or 304. The ETag is the SHA-256. */
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
  const safe = { "content-type": CONTENT_TYPE, "content-disposition": disposition(file.name) };
  const location = isPlainGet(request) ? await file.location?.(safe) : null;
  if (location) {
    response.writeHead(307, { ...COMMON, location }).end();
    return;
  }
  const range = rangeOf(request, file, etag);
  const length = range ? range.end - range.start + 1 : file.size;
  const headers = {
    ...COMMON,
    ...safe,
    "accept-ranges": etag === null ? "none" : "bytes",
    ...(length === null ? {} : { "content-length": length }),
    ...(range ? { "content-range": `bytes ${range.start}-${range.end}/${file.size}` } : {}),
    ...(etag === null ? {} : { etag, "x-rocas-sha256": file.sha256! }),
    // Files of users must not run as pages of this server.
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

const CONTENT_TYPE = "application/octet-stream";

/** True if the answer does not depend on the tag: another server has other tags. */
const isPlainGet = ({ method, headers }: IncomingMessage): boolean =>
  method === "GET" && headers["if-none-match"] === undefined && headers["if-range"] === undefined;

const COMMON = { "cache-control": "private, no-store" };

/** True if a list of entity tags, weak or strong, has this one or a star. */
const matches = (header: string | undefined, etag: string): boolean =>
  header !== undefined &&
  header.split(",").some((each) => each.trim() === "*" || each.trim().replace(/^W\//, "") === etag);

/**
 * Returns the range to send; undefined for the whole file. It sends the whole if the request has several ranges, or the
 * client's copy differs.
 * @throws HttpError 416 if the range lies outside of the file
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

// A browser saves a file without its folders.
function disposition(name: string): string {
  const saved = name.slice(name.lastIndexOf("/") + 1);
  const plain = saved.replace(/[^\w.-]/g, "_");
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded(saved)}`;
}

// RFC 8187 leaves fewer characters unencoded than encodeURIComponent does.
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

async function stream(content: Readable, response: ServerResponse, idleMs: number): Promise<void> {
  const stuck = setTimeout(() => response.destroy(), idleMs);
  content.on("data", () => stuck.refresh());
  try {
    // After the headers, an error can only break the connection off. The length is then not met.
    await pipeline(content, response);
  } catch (error) {
    // A client may leave at any time.
    if ((error as NodeJS.ErrnoException).code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
  } finally {
    clearTimeout(stuck);
  }
}
