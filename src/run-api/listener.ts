import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { stringify } from "lossless-json";
import { ulid } from "ulid";
import type { App } from "../app.js";
import { DISK_FULL_STATUS, DiskFull, isDiskFull } from "../disk-full.js";
import { DomainError, type ErrorCode } from "../errors.js";
import { filesUnavailable } from "../files-unavailable.js";
import { OffsetConflict, UploadBusy } from "../storage/storage-errors.js";
import { attemptOf, NotGranted } from "./attempt.js";
import { FileAnswer, HeaderAnswer } from "./call.js";
import { routeOf } from "./route.js";

const STATUS: Partial<Record<ErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  LIMIT_EXCEEDED: 413,
  STORE_UNAVAILABLE: 503,
  RUNTIME_UNAVAILABLE: 503,
};
const BEARER = /^Bearer ([A-Za-z0-9_-]{20,200})$/;

/** The server that containers call; nothing of it is GraphQL and no other token than a run token opens anything. */
export function runListener(app: App): Server {
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 0, keepAliveTimeout: 30_000 });
  server.maxHeadersCount = 50;
  // A body may take long (large files), but a connection on which nothing moves is given up.
  server.timeout = 120_000;
  server.on("request", (request, response) => void answer(app, request, response));
  server.on("clientError", (_, socket) => socket.destroy());
  return server;
}

async function answer(app: App, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const token = BEARER.exec(request.headers.authorization ?? "")?.[1];
    const attempt = token ? await attemptOf(app.store, token) : null;
    if (!attempt) throw new DomainError("UNAUTHENTICATED", "This is no run token.");
    const route = routeOf(request.method ?? "", request.url ?? "");
    if (!route) throw new DomainError("NOT_FOUND", "There is nothing under this path.");
    const result = await route.endpoint({ app, attempt, request, parts: route.parts });
    if (result instanceof FileAnswer) await sendFile(response, result);
    else if (result instanceof HeaderAnswer) response.writeHead(204, result.headers).end();
    else sendJson(response, 200, result);
  } catch (error) {
    refuse(app, request, response, error);
  }
}

async function sendFile(response: ServerResponse, { content, size, sha256 }: FileAnswer): Promise<void> {
  response.writeHead(200, {
    "content-type": "application/octet-stream",
    "content-length": size,
    "x-rocas-sha256": sha256,
  });
  await pipeline(content, response);
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  // Parameters hold floats that JSON.stringify would write as whole numbers.
  const text = stringify(body) ?? "{}";
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  response.end(text);
}

function refuse(app: App, request: IncomingMessage, response: ServerResponse, error: unknown): void {
  const known = knownError(error);
  const id = ulid().toLowerCase();
  // A container that hangs up in the middle is no fault of ours.
  if (!known && !request.destroyed) app.logger.error({ event: "run_request_failed", id, err: error });
  if (known?.code === "STORE_UNAVAILABLE") app.logger.warn({ event: "store_unavailable", id, err: error });
  if (response.headersSent) {
    response.destroy();
    return;
  }
  // What is left of a body is not read: the connection goes with the refusal.
  if (!request.complete) response.setHeader("connection", "close");
  const code = known?.code ?? "INTERNAL";
  const status = statusOf(known, code);
  sendJson(response, status, { error: { code, message: known?.message ?? `Something failed on our side (${id}).` } });
}

function knownError(error: unknown): DomainError | null {
  if (error instanceof DomainError) return error;
  return isDiskFull(error) ? new DiskFull(error) : filesUnavailable(error);
}

function statusOf(known: DomainError | null, code: ErrorCode): number {
  if (known instanceof NotGranted) return 409;
  // The container goes on trying: room may be made.
  if (known instanceof DiskFull) return DISK_FULL_STATUS;
  // What a container that lost its connection meets until the listener has noticed: it asks again.
  if (known instanceof UploadBusy || known instanceof OffsetConflict) return 425;
  return known ? (STATUS[code] ?? 400) : 500;
}
