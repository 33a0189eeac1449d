import type { IncomingMessage, ServerResponse } from "node:http";
import { type GraphQLError, OperationTypeNode } from "graphql";
import { Admitted } from "./admission.js";
import type { Asked } from "./asked.js";
import type { EventStreams } from "./event-stream/event-streams.js";
import type { Limits } from "./limits/limits.js";
import { answerType, JSON_TYPE, namesEventStream } from "./media-type.js";
import type { Operations } from "./operations/operations.js";
import { readOperation, refuseWriteByGet } from "./read-operation.js";
import { answer, HttpRefusal } from "./refusal.js";

export interface GraphQLOptions {
  readonly limits: Limits;
  readonly operations: Operations;
  /** Answer a subscription whose client takes both. */
  readonly eventStreams: EventStreams;
}

const TRANSPORTS =
  "A subscription is answered by a WebSocket at /graphql (subprotocol graphql-transport-ws), or by server-sent events: accept text/event-stream, here or at /graphql/stream.";

/** GraphQL over HTTP: one operation in one request, its answer as JSON. */
export class GraphQLEndpoint {
  constructor(private readonly options: GraphQLOptions) {}

  async handle(request: IncomingMessage, response: ServerResponse, asked: Asked): Promise<void> {
    const { operations, eventStreams, limits } = this.options;
    const type = answerType(request.headers.accept);
    if (!type) throw new HttpRefusal(406, "BAD_USER_INPUT", "Answers are JSON: accept application/json.");
    const admitted = operations.admit(await readOperation(request, asked.search, limits));
    if (!(admitted instanceof Admitted)) this.refuse(request, response, type, admitted, asked.id);
    else if (admitted.kind === OperationTypeNode.SUBSCRIPTION) {
      if (!namesEventStream(request.headers.accept)) throw new HttpRefusal(400, "BAD_USER_INPUT", TRANSPORTS);
      await eventStreams.answer(request, response, admitted, asked);
    } else {
      refuseWriteByGet(request, admitted);
      await this.execute(request, response, type, admitted, asked);
    }
  }

  private refuse(
    request: IncomingMessage,
    response: ServerResponse,
    type: string,
    refusals: readonly GraphQLError[],
    id: string,
  ): void {
    const errors = refusals.map((each) => this.options.operations.formatted(each, id));
    // GraphQL over HTTP: under application/json a document that does not fit the schema is an answer like any other.
    const isLimit = errors.some(({ extensions }) => extensions?.["code"] === "LIMIT_EXCEEDED");
    const status = type === JSON_TYPE && !isLimit ? 200 : 400;
    answer(request, response, status, { "content-type": type }, JSON.stringify({ errors }));
  }

  private async execute(
    request: IncomingMessage,
    response: ServerResponse,
    type: string,
    admitted: Admitted,
    asked: Asked,
  ): Promise<void> {
    const { operations } = this.options;
    const deadline = operations.deadlineOf(admitted);
    response.once("close", () => deadline.leave());
    const { status, result } = await operations.execute(admitted, asked, deadline);
    answer(request, response, status, { "content-type": type }, JSON.stringify(result));
  }
}
