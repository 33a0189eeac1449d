import { setImmediate } from "node:timers/promises";
import { OperationTypeNode } from "graphql";
import { CloseCode, MessageType, stringifyMessage, type WebSocket as ProtocolSocket } from "graphql-ws";
import type { Logger } from "pino";
import type { WebSocket } from "ws";
import type { Caller } from "../../caller.js";
import type { Limits } from "../limits/limits.js";
import type { ResultStream } from "../operations/result-stream.js";
import { chunksOf } from "./chunks.js";

/** The client of a WebSocket. */
export interface Introduction {
  readonly caller: Caller;
  /** The network address. */
  readonly address: string;
  /** True if the authorization of `connection_init` admits the client. */
  readonly authorize: (authorization: string | undefined) => boolean;
}

/** A WebSocket and its running operations. */
export class SocketConnection {
  private readonly running = new Map<ResultStream, OperationTypeNode>();
  private isShuttingDown = false;

  constructor(
    readonly peer: Peer,
    readonly introduction: Introduction,
  ) {}

  get operations(): number {
    return this.running.size;
  }

  add(results: ResultStream, kind: OperationTypeNode): void {
    this.running.set(results, kind);
  }

  remove(results: ResultStream): void {
    this.running.delete(results);
    if (this.isShuttingDown) this.shutDown();
  }

  /** Ends all operations: the client has left. */
  end(): void {
    for (const each of this.running.keys()) void each.return();
  }

  /** Closes once all queries and mutations have ended. A client would repeat a mutation that was cut off. */
  shutDown(): void {
    this.isShuttingDown = true;
    const isWaitedFor = [...this.running.values()].some((kind) => kind !== OperationTypeNode.SUBSCRIPTION);
    if (!isWaitedFor) void this.peer.shutDown();
  }
}

const GOING_AWAY = 1001;

/** One end of a WebSocket. It sends one message at a time and bounds unanswered ones. */
export class Peer implements ProtocolSocket {
  private readonly pings: NodeJS.Timeout;
  private lastSent = Promise.resolve();
  private inHand = 0;
  private isWriting = false;
  private owesPong = false;
  /** The last message received; right until its handler first awaits. */
  received = "";

  constructor(
    private readonly socket: WebSocket,
    private readonly limits: Limits,
    private readonly logger: Logger,
  ) {
    this.pings = setInterval(() => this.ping(), limits.keepAliveMs);
    socket.on("pong", () => (this.owesPong = false));
    // ws has answered a malformed frame with a close code by then.
    socket.on("error", () => undefined);
    socket.once("close", () => clearInterval(this.pings));
  }

  get protocol(): string {
    return this.socket.protocol;
  }

  /** Resolves when the peer's system has taken it, or the connection is gone. */
  send(text: string): Promise<void> {
    this.lastSent = this.lastSent.then(() => this.write(text));
    return this.lastSent;
  }

  /** The pong omits the payload, which may be as large as a message. */
  onPing(): Promise<void> {
    return this.send(stringifyMessage({ type: MessageType.Pong }));
  }

  close(code = 1000, reason = ""): void {
    this.socket.close(code, reason);
  }

  /** Closes after all sent messages. The code makes clients reconnect. */
  async shutDown(): Promise<void> {
    // The last message of an operation follows its end.
    await setImmediate();
    await this.lastSent;
    this.close(GOING_AWAY, "Going away");
  }

  cutOff(): void {
    this.socket.terminate();
  }

  onMessage(handle: (text: string) => Promise<void>): void {
    this.socket.on("message", (content: Buffer) => void this.take(content.toString(), handle));
  }

  /** Stops reading while many messages are unanswered, as when the peer reads no answers. */
  private async take(text: string, handle: (text: string) => Promise<void>): Promise<void> {
    const most = 2 * this.limits.maxOperationsPerSocket;
    this.inHand += 1;
    if (this.inHand > most) this.socket.pause();
    try {
      this.received = text;
      await handle(text);
    } catch (error) {
      this.logger.error({ event: "websocket_message_failed", err: error });
      this.close(CloseCode.InternalServerError, "Internal server error");
    }
    this.inHand -= 1;
    if (this.socket.isPaused && this.inHand <= most) this.socket.resume();
  }

  private async write(text: string): Promise<void> {
    const pieces = chunksOf(text);
    this.isWriting = true;
    for (const [index, piece] of pieces.entries()) await this.writePiece(piece, index === pieces.length - 1);
    this.isWriting = false;
  }

  private writePiece(piece: Buffer, isLast: boolean): Promise<void> {
    const { socket } = this;
    if (socket.readyState !== socket.OPEN) return Promise.resolve();
    return new Promise((resolve) => {
      const patience = setTimeout(() => this.cutOff(), this.limits.keepAliveMs);
      socket.send(piece, { binary: false, fin: isLast }, () => {
        clearTimeout(patience);
        resolve();
      });
    });
  }

  /** A ping would wait behind the chunk that is being sent. */
  private ping(): void {
    if (this.isWriting || this.socket.readyState !== this.socket.OPEN) return;
    if (this.owesPong) return this.cutOff();
    this.owesPong = true;
    this.socket.ping();
  }
}
