import { OperationTypeNode } from "graphql";
import type { Caller } from "../../caller.js";
import type { Results } from "../operations/results.js";
import type { Peer } from "./peer.js";

/** The client at the other end of a WebSocket. */
export interface Introduction {
  readonly caller: Caller;
  /** Of the network. */
  readonly address: string;
  /** True if what the peer says of itself once the socket is open lets it in. */
  readonly admits: (authorization: string | undefined) => boolean;
}

/** A WebSocket and the operations that came by it. */
export class SocketConnection {
  private readonly running = new Map<Results, OperationTypeNode>();
  private isLeaving = false;

  constructor(
    readonly peer: Peer,
    readonly introduction: Introduction,
  ) {}

  get operations(): number {
    return this.running.size;
  }

  add(results: Results, kind: OperationTypeNode): void {
    this.running.set(results, kind);
  }

  remove(results: Results): void {
    this.running.delete(results);
    if (this.isLeaving) this.leave();
  }

  /** Nobody waits for its operations any more. */
  end(): void {
    for (const each of this.running.keys()) void each.return();
  }

  /**
   * Closes as soon as nothing runs that has an end of its own: clients ask again for what was cut off, and a mutation
   * would be made twice.
   */
  leave(): void {
    this.isLeaving = true;
    const isWaitedFor = [...this.running.values()].some((kind) => kind !== OperationTypeNode.SUBSCRIPTION);
    if (!isWaitedFor) void this.peer.leave();
  }
}
