import type { IncomingMessage, ServerResponse } from "node:http";
import { type GraphQLError, OperationTypeNode } from "graphql";
import { HttpError } from "../http-error.js";
import type { Limits } from "../limits/limits.js";
import { acceptsEventStream, EVENT_STREAM_TYPE } from "../media-type.js";
import { CheckedOperation } from "../operations/operation-guard.js";
import type { Operations } from "../operations/operations.js";
import { ResultStream } from "../operations/result-stream.js";
import { chunksOf } from "./chunks.js";
import { type RequestMetadata, readOperation, refuseWriteByGet } from "./read-operation.js";

/**
 * Answers GraphQL by server-sent events, one operation a connection.
 *
 * Errors of an operation go into its stream: clients retry after any status but 200.
 */
export class EventStreams {
  private readonly endless = new Set<ResultStream>();
  private isShuttingDown = false;

  constructor(
    private readonly operations: Operations,
    private readonly limits: Limits,
  ) {}

  /** @throws HttpError if it is no operation, or not allowed here */
  async handle(request: IncomingMessage, response: ServerResponse, metadata: RequestMetadata): Promise<void> {
    if (!acceptsEventStream(request.headers.accept))
      throw new HttpError(406, "BAD_USER_INPUT", "Answers are server-sent events here: accept text/event-stream.");
    // A browser's EventSource cannot set headers.
    const operation = await readOperation(request, metadata.search, this.limits);
    const checked = this.operations.check(operation);
    if (!(checked instanceof CheckedOperation)) return this.refuse(response, checked, metadata);
    refuseWriteByGet(request, checked);
    await this.answer(request, response, checked, metadata);
  }

  /** Resolves when the operation has ended or the client has left. */
  async answer(
    { socket }: IncomingMessage,
    response: ServerResponse,
    checked: CheckedOperation,
    metadata: RequestMetadata,
  ): Promise<void> {
    const { id, caller } = metadata;
    const results = this.operations.start(checked, { id, caller, address: socket.remoteAddress ?? "" });
    if (!(results instanceof ResultStream)) return this.refuse(response, [results], metadata);
    const stream = new EventStream(response, this.limits.keepAliveMs);
    response.once("close", () => void results.return());
    if (checked.kind === OperationTypeNode.SUBSCRIPTION) this.endless.add(results);
    if (this.isShuttingDown) this.endSubscriptions();
    await this.send(stream, results, id);
    // Clients reconnect if `complete` is missing.
    const isCutOff = this.endless.delete(results) && this.isShuttingDown;
    if (!isCutOff) await stream.send("complete");
    stream.end();
  }

  /** Ends all subscriptions, which would not end themselves. */
  endSubscriptions(): void {
    this.isShuttingDown = true;
    for (const each of this.endless) void each.return();
  }

  private async send(stream: EventStream, results: ResultStream, id: string): Promise<void> {
    try {
      for await (const each of results) await stream.send("next", each);
    } catch (error) {
      await stream.send("next", { errors: [this.operations.formatted(error, id)] });
    }
  }

  private async refuse(
    response: ServerResponse,
    refusals: readonly GraphQLError[],
    { id }: RequestMetadata,
  ): Promise<void> {
    const stream = new EventStream(response, this.limits.keepAliveMs);
    await stream.send("next", { errors: refusals.map((each) => this.operations.formatted(each, id)) });
    await stream.send("complete");
    stream.end();
  }
}

const HEADERS = {
  "content-type": EVENT_STREAM_TYPE,
  "cache-control": "no-cache, no-transform",
  // nginx and similar proxies would buffer events.
  "x-accel-buffering": "no",
};
const COMMENT = ":\n\n";

/** Writes events, each after the client has taken the last, and comments in between. */
class EventStream {
  private readonly comments: NodeJS.Timeout;
  private lastWritten = Promise.resolve();
  private isWriting = false;

  constructor(
    private readonly response: ServerResponse,
    private readonly keepAliveMs: number,
  ) {
    response.writeHead(200, HEADERS);
    // Some browsers show the head only with content.
    void this.write(COMMENT);
    this.comments = setInterval(() => !this.isWriting && void this.write(COMMENT), keepAliveMs);
    response.once("close", () => clearInterval(this.comments));
  }

  send(event: "next" | "complete", content?: object): Promise<void> {
    return this.write(`event: ${event}\ndata:${content ? ` ${JSON.stringify(content)}` : ""}\n\n`);
  }

  end(): void {
    clearInterval(this.comments);
    this.response.end();
  }

  /** Writes are queued: a comment inside of an event would break it. */
  private write(text: string): Promise<void> {
    this.lastWritten = this.lastWritten.then(() => this.writeNow(text));
    return this.lastWritten;
  }

  private async writeNow(text: string): Promise<void> {
    this.isWriting = true;
    for (const each of chunksOf(text)) await this.writePiece(each);
    this.isWriting = false;
  }

  /** Resolves when the peer's system has taken it, or the connection is gone. */
  private writePiece(piece: Buffer): Promise<void> {
    const { response } = this;
    if (response.destroyed || response.writableEnded) return Promise.resolve();
    return new Promise((resolve) => {
      const patience = setTimeout(() => response.destroy(), this.keepAliveMs);
      const taken = () => {
        clearTimeout(patience);
        response.off("close", taken);
        resolve();
      };
      response.once("close", taken);
      response.write(piece, taken);
    });
  }
}
