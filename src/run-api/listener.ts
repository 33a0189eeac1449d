import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { stringify } from "lossless-json";
import type { App } from "../app.js";
import { DomainError } from "../errors.js";
import { bearerIn } from "../http/bearer-token.js";
import { logFailure } from "../http/format-error.js";
import { JSON_TYPE } from "../http/media-type.js";
import { type Refused, refused } from "../http/refused.js";
import { findRoute } from "../http/route.js";
import { sendFile } from "../http/send-file.js";
import { OffsetConflict, UploadBusy } from "../storage/content-check.js";
import { attemptOf, NotGranted } from "./attempt.js";
import { FileAnswer, HeaderAnswer, IDLE_MS } from "./call.js";
import { RUN_ROUTES } from "./routes.js";

const CONFLICT = 409;

/** The server that containers call; nothing of it is GraphQL and no other token than a run token opens anything. */
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
    const token = bearerIn(request.headers.authorization);
    const attempt = token ? await attemptOf(app.store, token) : null;
    if (!attempt) throw new DomainError("UNAUTHENTICATED", "This is no run token.");
    const found = findRoute(RUN_ROUTES, request.method ?? "", request.url ?? "");
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
  // Parameters hold floats that JSON.stringify would write as whole numbers.
  const text = stringify(body) ?? "{}";
  response.writeHead(status, { "content-type": JSON_TYPE, "content-length": Buffer.byteLength(text) });
  response.end(text);
}

function refuse(app: App, request: IncomingMessage, response: ServerResponse, error: unknown): void {
  const id = randomUUID();
  const told = refused(error);
  // A container that hangs up in the middle is no fault of ours.
  if (!request.destroyed) logFailure(app.logger, told.code, { id, err: error });
  if (response.headersSent) {
    response.destroy();
    return;
  }
  // The rest of a body is not read: the connection goes with the refusal.
  if (!request.complete) response.setHeader("connection", "close");
  const message = told.code === "INTERNAL" ? `Something failed on our side (${id}).` : told.message;
  sendJson(response, statusOf(error, told), { error: { code: told.code, message } });
}

/** The server's own statuses, but for two that tell a container what to do. */
function statusOf(error: unknown, { status }: Refused): number {
  // It stops at a conflict, so that no other error may be one.
  if (error instanceof NotGranted) return CONFLICT;
  // A sender that lost its connection meets this until the listener has noticed: it asks again.
  if (error instanceof UploadBusy || error instanceof OffsetConflict) return 425;
  return status === CONFLICT ? 400 : status;
}
