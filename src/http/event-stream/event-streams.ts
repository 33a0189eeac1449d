import type { IncomingMessage, ServerResponse } from "node:http";
import { OperationTypeNode } from "graphql";
import type { OperationRequest } from "../admission.js";
import type { Asked } from "../asked.js";
import type { Limits } from "../limits/limits.js";
import { acceptsEventStream } from "../media-type.js";
import type { Operations } from "../operations/operations.js";
import { Results } from "../operations/results.js";
import { readOperation } from "../read-operation.js";
import { HttpRefusal } from "../refusal.js";
import { EventStream } from "./event-stream.js";

/**
 * GraphQL over server-sent events, one operation a connection. What is wrong with an operation is told in its stream:
 * clients take any other status for a broken line, and try again.
 */
export class EventStreams {
  private readonly endless = new Set<Results>();
  private isLeaving = false;

  constructor(
    private readonly operations: Operations,
    private readonly limits: Limits,
  ) {}

  /** @throws HttpRefusal for what is no operation, or may not come this way. */
  async handle(request: IncomingMessage, response: ServerResponse, asked: Asked): Promise<void> {
    if (!acceptsEventStream(request.headers.accept))
      throw new HttpRefusal(406, "BAD_USER_INPUT", "Answers are server-sent events here: accept text/event-stream.");
    // A browser's EventSource sets no header of its own.
    const operation = await readOperation(request, asked.search, this.limits);
    if (request.method === "GET" && this.isMutation(operation))
      throw new HttpRefusal(405, "BAD_USER_INPUT", "A mutation comes by POST.", { allow: "POST" });
    await this.answer(request, response, operation, asked);
  }

  /** Resolves when the operation has ended, or the peer has left. */
  async answer(
    { socket }: IncomingMessage,
    response: ServerResponse,
    operation: OperationRequest,
    { id, caller }: Asked,
  ): Promise<void> {
    const started = this.operations.start(operation, { id, caller, address: socket.remoteAddress ?? "" });
    const stream = new EventStream(response, this.limits.keepAliveMs);
    const isResults = started instanceof Results;
    if (isResults) {
      response.once("close", () => void started.return());
      if (this.operations.kindOf(operation) === OperationTypeNode.SUBSCRIPTION) this.endless.add(started);
      if (this.isLeaving) this.leave();
      await this.send(stream, started, id);
    } else await stream.send("next", { errors: started.map((each) => this.operations.formatted(each, id)) });
    // Without a `complete` clients know that they were cut off, and come back.
    const isCutOff = isResults && this.endless.delete(started) && this.isLeaving;
    if (!isCutOff) await stream.send("complete");
    stream.end();
  }

  /** Cuts off what has no end of its own. */
  leave(): void {
    this.isLeaving = true;
    for (const each of this.endless) void each.return();
  }

  private async send(stream: EventStream, results: Results, id: string): Promise<void> {
    try {
      for await (const each of results) await stream.send("next", each);
    } catch (error) {
      await stream.send("next", { errors: [this.operations.formatted(error, id)] });
    }
  }

  private isMutation(operation: OperationRequest): boolean {
    return (
      this.operations.refusals(operation).length === 0 &&
      this.operations.kindOf(operation) === OperationTypeNode.MUTATION
    );
  }
}
