import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { ErrorCode } from "../errors.js";
import { errorBody } from "./http-error.js";

interface Answer {
  readonly status: string;
  readonly code: ErrorCode;
  readonly message: string;
}

const MALFORMED: Answer = {
  status: "400 Bad Request",
  code: "BAD_USER_INPUT",
  message: "This is no well-formed HTTP.",
};
const ANSWERS: Record<string, Answer> = {
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: "408 Request Timeout",
    code: "LIMIT_EXCEEDED",
    message: "The head of the request did not come in time.",
  },
  HPE_HEADER_OVERFLOW: {
    status: "431 Request Header Fields Too Large",
    code: "LIMIT_EXCEEDED",
    message: "The head of the request is too large.",
  },
};

/** Answers what Node's parser refuses in JSON, and closes the connection. */
export function answerMalformedRequests(server: Server, newId: () => string): void {
  const answering = new WeakMap<Socket, ServerResponse>();
  server.on("request", ({ socket }, response) => answering.set(socket, response));
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    const { status, code, message } = ANSWERS[error.code ?? ""] ?? MALFORMED;
    const current = answering.get(socket);
    const isInTheMiddle = current?.headersSent === true && !current.writableFinished;
    if (error.code === "ECONNRESET" || !socket.writable || isInTheMiddle) {
      socket.destroy();
      return;
    }
    const body = errorBody(code, message, newId());
    socket.on("error", () => socket.destroy());
    socket.end(
      `HTTP/1.1 ${status}\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
      () => socket.destroy(),
    );
  });
}

const OF_UPGRADES = /^(upgrade|http2-settings)$/i;

/**
 * Answers a request as if it had not offered an upgrade.
 *
 * Some clients offer h2c each time, and Node hands over all such requests once one protocol is served.
 */
export function ignoreUpgrade(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const lines = [`${request.method} ${request.url} HTTP/${request.httpVersion}`];
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const [name, value] = [request.rawHeaders[index]!, request.rawHeaders[index + 1]!];
    const kept = name.toLowerCase() === "connection" ? withoutUpgrade(value) : value;
    if (!OF_UPGRADES.test(name) && kept) lines.push(`${name}: ${kept}`);
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), head]));
  server.emit("connection", socket);
}

const withoutUpgrade = (connection: string): string =>
  connection
    .split(",")
    .map((each) => each.trim())
    .filter((each) => !OF_UPGRADES.test(each))
    .join(", ");
