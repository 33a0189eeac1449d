import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { stringify } from "lossless-json";
import type { App } from "../app.js";
import { DomainError } from "../errors.js";
import { bearerToken } from "../http/access-control.js";
import { logFailure } from "../http/format-error.js";
import { type HttpErrorAnswer, httpErrorAnswer } from "../http/http-error.js";
import { JSON_TYPE } from "../http/media-type.js";
import { matchRoute, type Route } from "../http/route.js";
import { sendFile } from "../http/send-file.js";
import { OffsetConflict, UploadBusy } from "../storage/storage-errors.js";
import { attemptOf, NotGranted } from "./attempt.js";
import { type Endpoint, FileAnswer, HeaderAnswer, IDLE_MS } from "./call.js";
import { claim } from "./claim.js";
import { fetchFile, lazyVersion, upload, uploadState } from "./file-transfer.js";
import { publish } from "./publish.js";
import { complete, heartbeat, log, output, ready } from "./reports.js";

/** The requests that containers may send. */
const RUN_ROUTES: readonly Route<Endpoint>[] = [
  { method: "POST", path: "/claim", endpoint: claim },
  { method: "POST", path: "/heartbeat", endpoint: heartbeat },
  { method: "POST", path: "/log", endpoint: log },
  { method: "PUT", path: "/output", endpoint: output },
  { method: "POST", path: "/publish", endpoint: publish },
  { method: "PUT", path: "/uploads/*/*", endpoint: upload },
  { method: "PATCH", path: "/uploads/*/*", endpoint: upload },
  { method: "HEAD", path: "/uploads/*/*", endpoint: uploadState },
  { method: "POST", path: "/ready", endpoint: ready },
  { method: "POST", path: "/complete", endpoint: complete },
  { method: "GET", path: "/records/*/files/*", endpoint: fetchFile },
  { method: "GET", path: "/lazy/*/*", endpoint: lazyVersion },
];

const CONFLICT = 409;

/** Opens the server for containers. It has no GraphQL and accepts run tokens only. */
export function runListener(app: App): Server {
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 0, keepAliveTimeout: 30_000 });
  server.maxHeadersCount = 50;
  server.timeout = IDLE_MS;
  server.on("request", (request, response) => void answer(app, request, response));
  server.on("clientError", (_, socket) => socket.destroy());
  return server;
}

async function answer(app: App, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const token = bearerToken(request.headers.authorization);
    const attempt = token ? await attemptOf(app.store, token) : null;
    if (!attempt) throw new DomainError("UNAUTHENTICATED", "This is no run token.");
    const found = matchRoute(RUN_ROUTES, request.method ?? "", request.url ?? "");
    if (!found) throw new DomainError("NOT_FOUND", "There is nothing under this path.");
    const result = await found.route.endpoint({ app, attempt, request, parts: found.parts });
    if (result instanceof FileAnswer) await sendFile(request, response, result.file, IDLE_MS);
    else if (result instanceof HeaderAnswer) response.writeHead(204, result.headers).end();
    else sendJson(response, 200, result);
  } catch (error) {
    refuse(app, request, response, error);
  }
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  // JSON.stringify would write floats such as 1.0 as whole numbers.
  const text = stringify(body) ?? "{}";
  response.writeHead(status, { "content-type": JSON_TYPE, "content-length": Buffer.byteLength(text) });
  response.end(text);
}

function refuse(app: App, request: IncomingMessage, response: ServerResponse, error: unknown): void {
  const id = randomUUID();
  const answered = httpErrorAnswer(error);
  // A container may hang up at any time.
  if (!request.destroyed) logFailure(app.logger, answered.code, { id, err: error });
  if (response.headersSent) {
    response.destroy();
    return;
  }
  // The rest of the body stays unread, and the connection closes.
  if (!request.complete) response.setHeader("connection", "close");
  const message = answered.code === "INTERNAL" ? `Something failed on our side (${id}).` : answered.message;
  sendJson(response, statusOf(error, answered), { error: { code: answered.code, message } });
}

/** Returns the usual status, but for two that containers react to. */
function statusOf(error: unknown, { status }: HttpErrorAnswer): number {
  // A container stops at 409: no other error may have it.
  if (error instanceof NotGranted) return CONFLICT;
  // A sender that reconnects may come before the old connection ends. It tries again.
  if (error instanceof UploadBusy || error instanceof OffsetConflict) return 425;
  return status === CONFLICT ? 400 : status;
}
