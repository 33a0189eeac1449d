import type { IncomingMessage, ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import { DomainError } from "../errors.js";
import { type DownloadTicket, readTicket, type UploadTicket } from "../files/ticket.js";
import { patchOffset, TUS_CONTENT, TUS_VERSION, uploadHeaders } from "../files/tus.js";
import { DISK_FULL_STATUS } from "../machine-faults.js";
import { OffsetConflict } from "../storage/storage-errors.js";
import { MINUTE_MS } from "../units.js";
import type { Vault } from "../vault/vault.js";
import { HttpError } from "./http-error.js";
import { JSON_TYPE } from "./media-type.js";
import { bodyStream } from "./request-body.js";
import type { HttpRoute } from "./route.js";
import { sendFile, type SentFile } from "./send-file.js";

export interface FilesRouteOptions {
  readonly vault: Vault;
  /** Receives a declared file. Returns the state of its record afterwards. */
  receive(ticket: UploadTicket, content: Readable): Promise<{ readonly state: string }>;
  /** Receives a file from the offset on. Returns the progress afterwards. */
  receiveRest(ticket: UploadTicket, content: Readable, offset: number): Promise<Progress>;
  /** The progress of the upload of a declared file. */
  progress(ticket: UploadTicket): Promise<Progress>;
  open(ticket: DownloadTicket): Promise<SentFile>;
  /** The milliseconds for which a client may send nothing. */
  readonly idleMs?: number;
}

interface Progress {
  /** The number of bytes received. */
  readonly offset: number;
  /** The state of the file's record. */
  readonly state: string;
}

const PREFIX = "/files/";
const IDLE_MS = MINUTE_MS;
const ALLOWED = "GET, HEAD, PATCH, PUT";

/**
 * Answers `/files/<ticket>`. GET and HEAD fetch a file. PUT sends a whole one; HEAD returns its progress, and PATCH
 * sends the rest (tus 1.0).
 *
 * The ticket is the only permission that a request needs.
 */
export function filesRoute(options: FilesRouteOptions): HttpRoute {
  return { path: PREFIX, auth: "own", endpoint: (request, response) => handle(options, request, response) };
}

async function handle(options: FilesRouteOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = "", url = "" } = request;
  if (!ALLOWED.split(", ").includes(method))
    throw new HttpError(405, "BAD_USER_INPUT", "Files are sent by PUT or PATCH, and fetched by GET.", {
      allow: ALLOWED,
    });
  const ticket = readTicket(options.vault, url.slice(PREFIX.length));
  if (ticket === "expired")
    throw new HttpError(
      410,
      "FORBIDDEN",
      "The address has expired: read it anew from the record, or by `renewUploads`.",
    );
  const isFetching = method === "GET" || method === "HEAD";
  const isSending = method !== "GET";
  if (ticket === "forged" || !(ticket.method === "GET" ? isFetching : isSending))
    throw new HttpError(
      403,
      "FORBIDDEN",
      "The ticket is not good for this: use the address as the record gave it, by GET to fetch and by PUT or PATCH to send.",
    );
  const idleMs = options.idleMs ?? IDLE_MS;
  if (ticket.method === "GET") return sendFile(request, response, await options.open(ticket), idleMs);
  if (method === "HEAD") {
    response.writeHead(200, uploadHeaders(await options.progress(ticket), ticket.size)).end();
    return;
  }
  if (method === "PATCH") {
    const offset = offsetOf(request, ticket.size);
    const progress = await options.receiveRest(ticket, bodyStream(request, idleMs), offset).catch(asRefusal);
    response.writeHead(204, uploadHeaders(progress, ticket.size)).end();
    return;
  }
  checkLength(request, ticket.size);
  const { state } = await options.receive(ticket, bodyStream(request, idleMs)).catch(asRefusal);
  response.writeHead(200, { "content-type": JSON_TYPE });
  response.end(JSON.stringify({ state }));
}

function offsetOf({ headers }: IncomingMessage, size: number): number {
  const version = headers["tus-resumable"] ?? TUS_VERSION;
  if (version !== TUS_VERSION)
    throw new HttpError(412, "BAD_USER_INPUT", `Uploads go on as tus ${TUS_VERSION} says.`, {
      "tus-version": TUS_VERSION,
    });
  if (headers["content-type"] !== TUS_CONTENT || (headers["content-encoding"] ?? "identity") !== "identity")
    throw new HttpError(415, "BAD_USER_INPUT", `A PATCH has the Content-Type ${TUS_CONTENT} and no encoding.`);
  return patchOffset(headers, size);
}

function checkLength({ headers }: IncomingMessage, size: number): void {
  const refuse = (status: number, message: string) => new HttpError(status, "BAD_USER_INPUT", message);
  if ((headers["content-encoding"] ?? "identity") !== "identity")
    throw refuse(415, "Files are sent as they are, without a Content-Encoding.");
  if (headers["content-length"] === undefined)
    throw refuse(411, "The request needs a Content-Length: the size that was declared for the file.");
  if (headers["content-length"] !== String(size))
    throw refuse(400, `The file was declared with ${size} bytes; the Content-Length differs.`);
}

// A limit is one of the storage here. The answer to a wrong offset names the right one.
function asRefusal(error: unknown): never {
  if (error instanceof OffsetConflict)
    throw new HttpError(409, error.code, error.message, {
      "tus-resumable": TUS_VERSION,
      "upload-offset": String(error.offset),
    });
  throw error instanceof DomainError && error.code === "LIMIT_EXCEEDED"
    ? new HttpError(DISK_FULL_STATUS, error.code, error.message)
    : error;
}
