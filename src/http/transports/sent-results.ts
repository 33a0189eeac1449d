import { MessageType } from "graphql-ws";
import type { ResultStream } from "../operations/result-stream.js";
import { resultBytes } from "./result-bytes.js";
import type { SendTurns } from "./send-turns.js";
import type { WebSocketPeer } from "./websocket-peer.js";

const DONE = { done: true, value: undefined } as const;

/**
 * Sends the results of an operation over a WebSocket. graphql-ws sees an operation without results: it would write a
 * shared result as JSON again for each subscriber.
 */
export class SentResults implements AsyncIterableIterator<never, undefined> {
  private readonly before: string;

  constructor(
    private readonly results: ResultStream,
    operationId: string,
    private readonly peer: WebSocketPeer,
    /** Those of subscriptions. The answer to a query does not wait behind their messages. */
    private readonly turns: SendTurns | undefined,
  ) {
    this.before = `{"id":${JSON.stringify(operationId)},"type":"${MessageType.Next}","payload":`;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Resolves when the operation has ended. Rejects with the error of its source. */
  async next(): Promise<IteratorReturnResult<undefined>> {
    for await (const result of this.results) {
      const turn = this.turns?.next();
      if (turn) await turn;
      await this.peer.send(resultBytes(result, this.before, "}"));
    }
    return DONE;
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    await this.results.return();
    return DONE;
  }
}
