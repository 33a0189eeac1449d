import { setImmediate } from "node:timers/promises";
import { OperationTypeNode } from "graphql";
import { CloseCode, MessageType, stringifyMessage, type WebSocket as ProtocolSocket } from "graphql-ws";
import type { Logger } from "pino";
import type { WebSocket } from "ws";
import type { Caller } from "../../caller.js";
import type { Limits } from "../limits/limits.js";
import type { ResultStream } from "../operations/result-stream.js";
import { chunksOf } from "./chunks.js";

/** The client at the other end of a WebSocket. */
export interface Introduction {
  readonly caller: Caller;
  /** Of the network. */
  readonly address: string;
  /** True if what the peer says of itself once the socket is open lets it in. */
  readonly authorize: (authorization: string | undefined) => boolean;
}

/** A WebSocket and the operations that came by it. */
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

  /** Nobody waits for its operations any more. */
  end(): void {
    for (const each of this.running.keys()) void each.return();
  }

  /**
   * Closes as soon as nothing runs that has an end of its own: clients ask again for what was cut off, and a mutation
   * would be made twice.
   */
  shutDown(): void {
    this.isShuttingDown = true;
    const isWaitedFor = [...this.running.values()].some((kind) => kind !== OperationTypeNode.SUBSCRIPTION);
    if (!isWaitedFor) void this.peer.shutDown();
  }
}

const GOING_AWAY = 1001;

/** One end of a WebSocket. It sends one message at a time, and reads no more than it can answer. */
export class Peer implements ProtocolSocket {
  private readonly pings: NodeJS.Timeout;
  private lastSent = Promise.resolve();
  private inHand = 0;
  private isWriting = false;
  private owesPong = false;
  /** The message that is being handled, until whoever handles it waits for something. */
  received = "";

  constructor(
    private readonly socket: WebSocket,
    private readonly limits: Limits,
    private readonly logger: Logger,
  ) {
    this.pings = setInterval(() => this.ping(), limits.keepAliveMs);
    socket.on("pong", () => (this.owesPong = false));
    // A malformed frame has been answered with a close code by then.
    socket.on("error", () => undefined);
    socket.once("close", () => clearInterval(this.pings));
  }

  get protocol(): string {
    return this.socket.protocol;
  }

  /** Resolves when the peer's side of the connection has taken it, or is gone. */
  send(text: string): Promise<void> {
    this.lastSent = this.lastSent.then(() => this.write(text));
    return this.lastSent;
  }

  /** Without what the ping carried, which might be as large and as deep as a message may be. */
  onPing(): Promise<void> {
    return this.send(stringifyMessage({ type: MessageType.Pong }));
  }

  close(code = 1000, reason = ""): void {
    this.socket.close(code, reason);
  }

  /** Closes, so that clients come back, when what is on its way has been taken. */
  async shutDown(): Promise<void> {
    // The last message of an operation comes right after its end.
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

  /** Stops reading while much of what came is not answered yet, as with answers that the peer does not take. */
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

  /** A ping behind a piece that is still being taken would wait with it. */
  private ping(): void {
    if (this.isWriting || this.socket.readyState !== this.socket.OPEN) return;
    if (this.owesPong) return this.cutOff();
    this.owesPong = true;
    this.socket.ping();
  }
}
