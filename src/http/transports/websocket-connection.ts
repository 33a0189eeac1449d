import { OperationTypeNode } from "graphql";
import type { Caller } from "../../caller.js";
import type { ResultStream } from "../operations/result-stream.js";
import type { WebSocketPeer } from "./websocket-peer.js";

/** The client of a WebSocket. */
export interface WebSocketClient {
  readonly caller: Caller;
  /** The network address. */
  readonly address: string;
  /** True if the authorization of `connection_init` admits the client. */
  readonly authorize: (authorization: string | undefined) => boolean;
}

/** A WebSocket and its running operations. */
export class WebSocketConnection {
  private readonly running = new Map<ResultStream, OperationTypeNode>();
  private isShuttingDown = false;

  constructor(
    readonly peer: WebSocketPeer,
    readonly client: WebSocketClient,
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
    const isBusy = [...this.running.values()].some((kind) => kind !== OperationTypeNode.SUBSCRIPTION);
    if (!isBusy) void this.peer.shutDown();
  }
}
