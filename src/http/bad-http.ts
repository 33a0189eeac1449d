import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { ErrorCode } from "../errors.js";
import { refusalBody } from "./refusal.js";

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

/** Answers what Node's parser refuses, in JSON as everything else, and closes the connection. */
export function refuseBadHttp(server: Server, newId: () => string): void {
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
    const body = refusalBody(code, message, newId());
    socket.on("error", () => socket.destroy());
    socket.end(
      `HTTP/1.1 ${status}\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
      () => socket.destroy(),
    );
  });
}
