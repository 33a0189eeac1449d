import type { IncomingMessage, ServerResponse } from "node:http";
import { type GraphQLError, OperationTypeNode } from "graphql";
import { answer } from "../answer.js";
import { HttpError } from "../http-error.js";
import type { Limits } from "../limits/limits.js";
import { answerType, JSON_TYPE, namesEventStream } from "../media-type.js";
import { CheckedOperation } from "../operations/operation-guard.js";
import type { Operations } from "../operations/operations.js";
import type { EventStreamEndpoint } from "./event-stream-endpoint.js";
import { readOperation, refuseWriteByGet, type RequestMetadata } from "./read-operation.js";

export interface GraphQLOptions {
  readonly limits: Limits;
  readonly operations: Operations;
  /** Answers subscriptions of clients that accept event streams. */
  readonly eventStreams: EventStreamEndpoint;
}

const TRANSPORTS =
  "A subscription is answered by a WebSocket at /graphql (subprotocol graphql-transport-ws), or by server-sent events: accept text/event-stream, here or at /graphql/stream.";

/** Answers GraphQL over HTTP: one operation a request, in JSON. */
export class GraphQLEndpoint {
  constructor(private readonly options: GraphQLOptions) {}

  async handle(request: IncomingMessage, response: ServerResponse, metadata: RequestMetadata): Promise<void> {
    const { operations, eventStreams, limits } = this.options;
    const type = answerType(request.headers.accept);
    if (!type) throw new HttpError(406, "BAD_USER_INPUT", "Answers are JSON: accept application/json.");
    const checked = operations.check(await readOperation(request, metadata.search, limits));
    if (!(checked instanceof CheckedOperation)) this.sendErrors(request, response, type, checked, metadata.id);
    else if (checked.kind === OperationTypeNode.SUBSCRIPTION) {
      if (!namesEventStream(request.headers.accept)) throw new HttpError(400, "BAD_USER_INPUT", TRANSPORTS);
      await eventStreams.answer(request, response, checked, metadata);
    } else {
      refuseWriteByGet(request, checked);
      await this.execute(request, response, type, checked, metadata);
    }
  }

  private sendErrors(
    request: IncomingMessage,
    response: ServerResponse,
    type: string,
    failures: readonly GraphQLError[],
    id: string,
  ): void {
    const errors = failures.map((each) => this.options.operations.formatted(each, id));
    // GraphQL over HTTP: with application/json, an invalid document has status 200.
    const isLimit = errors.some(({ extensions }) => extensions?.["code"] === "LIMIT_EXCEEDED");
    const status = type === JSON_TYPE && !isLimit ? 200 : 400;
    answer(request, response, status, { "content-type": type }, JSON.stringify({ errors }));
  }

  private async execute(
    request: IncomingMessage,
    response: ServerResponse,
    type: string,
    checked: CheckedOperation,
    metadata: RequestMetadata,
  ): Promise<void> {
    const { operations } = this.options;
    const deadline = operations.deadlineOf(checked);
    response.once("close", () => deadline.cancel());
    const { status, json } = await operations.execute(checked, metadata, deadline);
    answer(request, response, status, { "content-type": type }, json);
  }
}
