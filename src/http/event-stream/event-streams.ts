import type { IncomingMessage, ServerResponse } from "node:http";
import { type GraphQLError, OperationTypeNode } from "graphql";
import { Admitted } from "../admission.js";
import type { Asked } from "../asked.js";
import type { Limits } from "../limits/limits.js";
import { acceptsEventStream } from "../media-type.js";
import type { Operations } from "../operations/operations.js";
import { Results } from "../operations/results.js";
import { readOperation, refuseWriteByGet } from "../read-operation.js";
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
    const admitted = this.operations.admit(operation);
    if (!(admitted instanceof Admitted)) return this.refuse(response, admitted, asked);
    refuseWriteByGet(request, admitted);
    await this.answer(request, response, admitted, asked);
  }

  /** Resolves when the operation has ended, or the peer has left. */
  async answer({ socket }: IncomingMessage, response: ServerResponse, admitted: Admitted, asked: Asked): Promise<void> {
    const { id, caller } = asked;
    const results = this.operations.start(admitted, { id, caller, address: socket.remoteAddress ?? "" });
    if (!(results instanceof Results)) return this.refuse(response, [results], asked);
    const stream = new EventStream(response, this.limits.keepAliveMs);
    response.once("close", () => void results.return());
    if (admitted.kind === OperationTypeNode.SUBSCRIPTION) this.endless.add(results);
    if (this.isLeaving) this.leave();
    await this.send(stream, results, id);
    // Without a `complete` clients know that they were cut off, and come back.
    const isCutOff = this.endless.delete(results) && this.isLeaving;
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

  private async refuse(response: ServerResponse, refusals: readonly GraphQLError[], { id }: Asked): Promise<void> {
    const stream = new EventStream(response, this.limits.keepAliveMs);
    await stream.send("next", { errors: refusals.map((each) => this.operations.formatted(each, id)) });
    await stream.send("complete");
    stream.end();
  }
}
