import type { IncomingMessage, ServerResponse } from "node:http";
import { PassThrough, type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { DomainError } from "../errors.js";
import { readTicket, type DownloadTicket, type UploadTicket } from "../files/ticket.js";
import type { Vault } from "../vault/vault.js";
import { HttpRefusal } from "./refusal.js";
import type { Route } from "./route.js";

export interface FilesRouteOptions {
  readonly vault: Vault;
  /** Takes the content of one declared file in; gives the state of its record afterwards. */
  receive(ticket: UploadTicket, content: Readable): Promise<{ state: string }>;
  /** Size and hash are null where they are not known before the end. */
  open(ticket: DownloadTicket): Promise<OpenedFile>;
  /** How long a client may be silent. */
  readonly idleMs?: number;
}

export interface OpenedFile {
  readonly content: Readable;
  readonly size: number | null;
  readonly sha256: string | null;
  /** What a browser saves it as. */
  readonly name: string;
}

const PREFIX = "/files/";
const IDLE_MS = 60_000;

/** `PUT` and `GET` of `/files/<ticket>`. The ticket is all that a request needs, and all that it may do. */
export function filesRoute(options: FilesRouteOptions): Route {
  return { prefix: PREFIX, auth: "own", handle: (request, response) => handle(options, request, response) };
}

async function handle(options: FilesRouteOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, url = "" } = request;
  if (method !== "PUT" && method !== "GET")
    throw new HttpRefusal(405, "BAD_USER_INPUT", "Files are sent by PUT and fetched by GET.", { allow: "GET, PUT" });
  const ticket = readTicket(options.vault, url.slice(PREFIX.length));
  if (ticket === "expired") throw new HttpRefusal(410, "FORBIDDEN", "The ticket has expired.");
  if (ticket === "forged" || ticket.method !== method)
    throw new HttpRefusal(403, "FORBIDDEN", "The ticket is not good for this.");
  const idleMs = options.idleMs ?? IDLE_MS;
  if (ticket.method === "GET") return send(await options.open(ticket), response, idleMs);
  checkLength(request, ticket.size);
  const { state } = await options.receive(ticket, contentOf(request, idleMs)).catch(asRefusal);
  response.writeHead(200, { "content-type": "application/json; charset=utf-8" });
  response.end(JSON.stringify({ state }));
}

function checkLength({ headers }: IncomingMessage, size: number): void {
  const refuse = (status: number, message: string) => new HttpRefusal(status, "BAD_USER_INPUT", message);
  if ((headers["content-encoding"] ?? "identity") !== "identity")
    throw refuse(415, "Files are sent as they are, without a Content-Encoding.");
  if (headers["content-length"] === undefined)
    throw refuse(411, "The request needs a Content-Length: the size that was declared for the file.");
  if (headers["content-length"] !== String(size))
    throw refuse(400, `The file was declared with ${size} bytes; the Content-Length differs.`);
}

// To a client that sends a file, a limit is one of the storage.
function asRefusal(error: unknown): never {
  throw error instanceof DomainError && error.code === "LIMIT_EXCEEDED"
    ? new HttpRefusal(507, error.code, error.message)
    : error;
}

// The request itself is not handed on: whoever destroys it on a failure would cut the connection, and with it the answer.
function contentOf(request: IncomingMessage, idleMs: number): Readable {
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

async function send(file: OpenedFile, response: ServerResponse, idleMs: number): Promise<void> {
  response.writeHead(200, {
    "content-type": "application/octet-stream",
    "content-disposition": `attachment; filename="${plain(file.name)}"; filename*=UTF-8''${encodeURIComponent(file.name)}`,
    ...(file.size === null ? {} : { "content-length": file.size }),
    ...(file.sha256 === null ? {} : { "x-rocas-sha256": file.sha256 }),
    // What a user uploaded never runs as a page of ours.
    "content-security-policy": "sandbox; default-src 'none'",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "cache-control": "private, no-store",
  });
  const stuck = setTimeout(() => response.destroy(), idleMs);
  file.content.on("data", () => stuck.refresh());
  try {
    // An error after the headers can only be told by breaking off: the last bytes never come, and the length is not met.
    await pipeline(file.content, response);
  } catch (error) {
    // A client that left is nobody's failure.
    if ((error as NodeJS.ErrnoException).code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
  } finally {
    clearTimeout(stuck);
  }
}

const plain = (name: string): string => name.replace(/[^\w.-]/g, "_");
