import { setImmediate } from "node:timers/promises";
import { CloseCode, MessageType, type WebSocket as ProtocolSocket, stringifyMessage } from "graphql-ws";
import type { Logger } from "pino";
import type { WebSocket } from "ws";
import type { Limits } from "../limits/limits.js";
import { chunksOf } from "./chunks.js";

const GOING_AWAY = 1001;

/** One end of a WebSocket. It sends one message at a time and bounds unanswered ones. */
export class WebSocketPeer implements ProtocolSocket {
  private readonly pings: NodeJS.Timeout;
  private lastSent = Promise.resolve();
  /** The messages that wait or are being sent. */
  private unsent = 0;
  private pending = 0;
  /** True if the same chunk was being sent at the last ping. */
  private isStuck = false;
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
  send(message: string | Buffer): Promise<void> {
    this.unsent += 1;
    this.lastSent = this.unsent === 1 ? this.write(message) : this.lastSent.then(() => this.write(message));
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

  terminate(): void {
    this.socket.terminate();
  }

  onMessage(handle: (text: string) => Promise<void>): void {
    this.socket.on("message", (content: Buffer) => void this.receive(content.toString(), handle));
  }

  /** Stops reading while many messages are unanswered, as when the peer reads no answers. */
  private async receive(text: string, handle: (text: string) => Promise<void>): Promise<void> {
    const max = 2 * this.limits.maxOperationsPerSocket;
    this.pending += 1;
    if (this.pending > max) this.socket.pause();
    try {
      this.received = text;
      await handle(text);
    } catch (error) {
      this.logger.error({ event: "websocket_message_failed", err: error });
      this.close(CloseCode.InternalServerError, "Internal server error");
    }
    this.pending -= 1;
    if (this.socket.isPaused && this.pending <= max) this.socket.resume();
  }

  private async write(message: string | Buffer): Promise<void> {
    const chunks = chunksOf(message);
    for (const [index, chunk] of chunks.entries()) await this.writeChunk(chunk, index === chunks.length - 1);
    this.unsent -= 1;
  }

  private writeChunk(chunk: Buffer, isLast: boolean): Promise<void> {
    const { socket } = this;
    if (socket.readyState !== socket.OPEN) return Promise.resolve();
    return new Promise((resolve) => {
      this.isStuck = false;
      socket.send(chunk, { binary: false, fin: isLast }, () => resolve());
    });
  }

  /** Cuts off a peer that has taken nothing since the last ping. A ping would wait behind a chunk that is being sent. */
  private ping(): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    if (this.unsent > 0) {
      if (this.isStuck) this.terminate();
      this.isStuck = true;
      return;
    }
    if (this.owesPong) return this.terminate();
    this.owesPong = true;
    this.socket.ping();
  }
}
