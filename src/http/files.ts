import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { PassThrough, type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { DomainError, type ErrorCode } from "../errors.js";
import { readTicket, type DownloadTicket, type UploadTicket } from "../files/ticket.js";
import type { Vault } from "../vault/vault.js";
import { refuse } from "./refuse.js";

export interface FilesRouteOptions {
  readonly vault: Vault;
  /** Takes the content of one declared file in; gives the state of its record afterwards. */
  receive(ticket: UploadTicket, content: Readable): Promise<{ state: string }>;
  /** Size and hash are null where they are not known before the end. */
  open(ticket: DownloadTicket): Promise<OpenedFile>;
  /** Is told of what is masked, with the id that the client is given. */
  unexpected(error: unknown, id: string): void;
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

const STATUS: Partial<Record<ErrorCode, number>> = {
  BAD_USER_INPUT: 400,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  IN_USE: 409,
  CONFLICT: 409,
  CONTRACT_NOT_MET: 422,
  LIMIT_EXCEEDED: 507,
  STORE_UNAVAILABLE: 503,
};

/** `PUT` and `GET` of `/files/<ticket>`. The ticket is all that a request needs, and all that it may do. */
export function filesRoute(options: FilesRouteOptions) {
  return {
    prefix: PREFIX,
    auth: "own" as const,
    async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
      try {
        await answer(options, request, response);
      } catch (error) {
        refuseFor(error, options, request, response);
      }
    },
  };
}

async function answer(options: FilesRouteOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, url = "" } = request;
  if (method !== "PUT" && method !== "GET")
    return refuse(request, response, 405, "BAD_USER_INPUT", "Files are sent by PUT and fetched by GET.", {
      allow: "GET, PUT",
    });
  const ticket = readTicket(options.vault, url.startsWith(PREFIX) ? url.slice(PREFIX.length) : "");
  if (ticket === "expired") return refuse(request, response, 410, "FORBIDDEN", "The ticket has expired.");
  if (ticket === "forged" || ticket.method !== method)
    return refuse(request, response, 403, "FORBIDDEN", "The ticket is not good for this.");
  if (ticket.method === "GET") return send(await options.open(ticket), response, options.idleMs ?? IDLE_MS);
  const problem = lengthProblem(request, ticket.size);
  if (problem) return refuse(request, response, problem.status, "BAD_USER_INPUT", problem.message);
  const { state } = await options.receive(ticket, contentOf(request, options.idleMs ?? IDLE_MS));
  const body = JSON.stringify({ state });
  response.writeHead(200, { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" });
  response.end(body);
}

function lengthProblem({ headers }: IncomingMessage, size: number): { status: number; message: string } | null {
  if (headers["content-encoding"] !== undefined && headers["content-encoding"] !== "identity")
    return { status: 415, message: "Files are sent as they are, without a Content-Encoding." };
  if (headers["content-length"] === undefined)
    return { status: 411, message: "The request needs a Content-Length: the size that was declared for the file." };
  if (headers["content-length"] !== String(size))
    return { status: 400, message: `The file was declared with ${size} bytes; the Content-Length differs.` };
  return null;
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
  } finally {
    clearTimeout(stuck);
  }
}

const plain = (name: string): string => name.replace(/[^\w.-]/g, "_");

function refuseFor(
  error: unknown,
  { unexpected }: FilesRouteOptions,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const status = error instanceof DomainError ? STATUS[error.code] : undefined;
  if (error instanceof DomainError && status !== undefined)
    return refuse(request, response, status, error.code, error.message);
  // A client that left is nobody's failure.
  if (response.destroyed && (error as NodeJS.ErrnoException).code === "ERR_STREAM_PREMATURE_CLOSE") return;
  const id = randomUUID();
  unexpected(error, id);
  refuse(request, response, 500, "INTERNAL", `Something failed on our side. It was logged as ${id}.`);
}
