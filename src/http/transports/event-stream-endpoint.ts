import type { IncomingMessage, ServerResponse } from "node:http";
import { type GraphQLError, OperationTypeNode } from "graphql";
import { HttpError } from "../http-error.js";
import type { Limits } from "../limits/limits.js";
import { acceptsEventStream } from "../media-type.js";
import { CheckedOperation } from "../operations/operation-guard.js";
import type { Operations } from "../operations/operations.js";
import { ResultStream } from "../operations/result-stream.js";
import { EventStream } from "./event-stream.js";
import { SendTurns } from "./send-turns.js";
import { readOperation, refuseWriteByGet, type RequestMetadata } from "./read-operation.js";

/**
 * Answers GraphQL by server-sent events, one operation a connection.
 *
 * Errors of an operation go into its stream: clients retry after any status but 200.
 */
export class EventStreamEndpoint {
  private readonly subscriptions = new Set<ResultStream>();
  private readonly turns = new SendTurns();
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
    if (!(checked instanceof CheckedOperation)) return this.sendErrors(response, checked, metadata);
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
    if (!(results instanceof ResultStream)) return this.sendErrors(response, [results], metadata);
    const stream = new EventStream(response, this.limits.keepAliveMs);
    response.once("close", () => void results.return());
    if (checked.kind === OperationTypeNode.SUBSCRIPTION) this.subscriptions.add(results);
    if (this.isShuttingDown) this.shutDown();
    await this.send(stream, results, id);
    // Clients reconnect if `complete` is missing.
    const isCutOff = this.subscriptions.delete(results) && this.isShuttingDown;
    await stream.end({ isComplete: !isCutOff });
  }

  /** Ends all subscriptions, which would not end themselves. */
  shutDown(): void {
    this.isShuttingDown = true;
    for (const each of this.subscriptions) void each.return();
  }

  private async send(stream: EventStream, results: ResultStream, id: string): Promise<void> {
    try {
      for await (const each of results) {
        // The answer to a query does not wait behind the messages of subscriptions.
        if (this.subscriptions.has(results)) await this.turns.next();
        await stream.next(each);
      }
    } catch (error) {
      await stream.next({ errors: [this.operations.formatted(error, id)] });
    }
  }

  private async sendErrors(
    response: ServerResponse,
    failures: readonly GraphQLError[],
    { id }: RequestMetadata,
  ): Promise<void> {
    const stream = new EventStream(response, this.limits.keepAliveMs);
    await stream.next({ errors: failures.map((each) => this.operations.formatted(each, id)) });
    await stream.end({ isComplete: true });
  }
}
