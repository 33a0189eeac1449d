import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { ErrorCode } from "../errors.js";
import { errorBody } from "./http-error.js";

/** Bounds the connections of one address that have not shown the token. It closes one more without an answer. */
export class ConnectionLimiter {
  constructor(private readonly most: number) {}

  private readonly strangers = new Map<string, Set<Socket>>();

  watch(server: Server): void {
    server.on("connection", (socket: Socket) => {
      const address = socket.remoteAddress ?? "";
      const sockets = this.strangers.get(address) ?? new Set();
      if (sockets.size >= this.most && !sockets.has(socket)) {
        socket.destroy();
        return;
      }
      this.strangers.set(address, sockets.add(socket));
      socket.once("close", () => this.forget(address, socket));
    });
  }

  /** Ceases to count a connection, which has shown the token. */
  trust(socket: Socket): void {
    this.forget(socket.remoteAddress ?? "", socket);
  }

  private forget(address: string, socket: Socket): void {
    const sockets = this.strangers.get(address);
    sockets?.delete(socket);
    if (sockets?.size === 0) this.strangers.delete(address);
  }
}

const MAX_SHUTDOWN_MS = 20_000;

/** Lets running requests end, and no others begin. */
export class GracefulShutdown {
  private readonly running = new Set<ServerResponse>();
  private hasBegun = false;

  constructor(private readonly server: Server) {
    server.on("request", (_request, response) => this.watch(response));
  }

  /** Stops accepting. Resolves when the last answer is sent; after 20 s it cuts the others off. */
  async shutDown(): Promise<void> {
    this.hasBegun = true;
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const each of this.running) if (!each.headersSent) each.setHeader("connection", "close");
    const timer = setTimeout(() => this.server.closeAllConnections(), MAX_SHUTDOWN_MS);
    // Node counts a connection as active if it has sent no request, or half of one.
    this.closeIdle();
    await closed;
    clearTimeout(timer);
  }

  private watch(response: ServerResponse): void {
    this.running.add(response);
    if (this.hasBegun) response.setHeader("connection", "close");
    response.once("close", () => {
      this.running.delete(response);
      if (this.hasBegun) this.closeIdle();
    });
  }

  private closeIdle(): void {
    this.server.closeIdleConnections();
    if (this.running.size === 0) setImmediate(() => this.running.size === 0 && this.server.closeAllConnections());
  }
}

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
