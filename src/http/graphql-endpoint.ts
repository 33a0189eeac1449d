import type { IncomingMessage, ServerResponse } from "node:http";
import { ApolloServer, type ApolloServerPlugin, HeaderMap } from "@apollo/server";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from "@apollo/server/plugin/disabled";
import { type GraphQLError, type GraphQLSchema, OperationTypeNode } from "graphql";
import type { Logger } from "pino";
import type { OperationRequest } from "./admission.js";
import type { Asked } from "./asked.js";
import type { EventStreams } from "./event-stream/event-streams.js";
import type { Limits } from "./limits/limits.js";
import { answerType, JSON_TYPE, namesEventStream } from "./media-type.js";
import type { ContextOf, Operations } from "./operations/operations.js";
import { readOperation } from "./read-operation.js";
import { answer, HttpRefusal } from "./refusal.js";

export interface GraphQLOptions {
  readonly schema: GraphQLSchema;
  /** What resolvers get, made anew for every request. */
  readonly contextOf: ContextOf;
  readonly limits: Limits;
  readonly logger: Logger;
  readonly operations: Operations;
  /** Answer a subscription whose client takes both. */
  readonly eventStreams: EventStreams;
}

const TRANSPORTS =
  "A subscription is answered by a WebSocket at /graphql (subprotocol graphql-transport-ws), or by server-sent events: accept text/event-stream, here or at /graphql/stream.";

/** GraphQL over HTTP: our own limits first, then Apollo Server. */
export class GraphQLEndpoint {
  private constructor(
    private readonly apollo: ApolloServer,
    private readonly options: GraphQLOptions,
  ) {}

  static async open(options: GraphQLOptions): Promise<GraphQLEndpoint> {
    const { schema, limits, logger, operations } = options;
    const apollo = new ApolloServer({
      schema,
      logger,
      introspection: true,
      csrfPrevention: true,
      persistedQueries: false,
      allowBatchedHttpRequests: false,
      includeStacktraceInErrorResponses: false,
      stopOnTerminationSignals: false,
      documentStore: operations.documents,
      parseOptions: { maxTokens: limits.maxTokens },
      formatError: operations.format,
      stringifyResult: (result) => JSON.stringify(result),
      plugins: [
        namesErrorsByRequest(operations),
        ApolloServerPluginCacheControlDisabled(),
        ApolloServerPluginInlineTraceDisabled(),
        ApolloServerPluginLandingPageDisabled(),
        ApolloServerPluginSchemaReportingDisabled(),
        ApolloServerPluginUsageReportingDisabled(),
      ],
    });
    await apollo.start();
    return new GraphQLEndpoint(apollo, options);
  }

  async handle(request: IncomingMessage, response: ServerResponse, asked: Asked): Promise<void> {
    const { operations, eventStreams, limits } = this.options;
    const type = answerType(request.headers.accept);
    if (!type) throw new HttpRefusal(406, "BAD_USER_INPUT", "Answers are JSON: accept application/json.");
    const operation = await readOperation(request, asked.search, limits);
    const refusals = operations.refusals(operation);
    if (refusals.length > 0) this.refuse(request, response, type, refusals, asked.id);
    else if (operations.kindOf(operation) === OperationTypeNode.SUBSCRIPTION) {
      if (!namesEventStream(request.headers.accept)) throw new HttpRefusal(400, "BAD_USER_INPUT", TRANSPORTS);
      await eventStreams.answer(request, response, operation, asked);
    } else await this.execute(request, response, type, operation, asked);
  }

  async stop(): Promise<void> {
    await this.apollo.stop();
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
    operation: OperationRequest,
    { id, caller, search }: Asked,
  ): Promise<void> {
    const headers = new HeaderMap();
    for (const [name, value] of Object.entries(request.headers))
      if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
    headers.set("accept", type);
    headers.set("x-request-id", id);
    // `readOperation` has refused what a foreign page may send, and lets the GETs of known pages pass, which Apollo Server
    // does not know.
    headers.set("apollo-require-preflight", "1");
    const { operations } = this.options;
    const deadline = operations.deadlineOf(operation);
    response.once("close", () => deadline.leave());
    try {
      const {
        status,
        headers: answered,
        body,
      } = await deadline.answer(
        operations.knowingVariables(operation, () =>
          this.apollo.executeHTTPGraphQLRequest({
            httpGraphQLRequest: { method: request.method!, headers, search, body: { ...operation } },
            context: () => Promise.resolve(this.options.contextOf(caller, deadline)),
          }),
        ),
      );
      if (body.kind !== "complete")
        throw new Error("Apollo Server answered in pieces, which no schema of ours asks for.");
      answer(request, response, status ?? 200, Object.fromEntries(answered), body.string);
    } catch (error) {
      if (error !== deadline.signal.reason) throw error;
      // GraphQL over HTTP: execution had begun, so that the answer is 200 with what went wrong. Another status would
      // make proxies and clients send again what was too much already.
      const late = { errors: [operations.formatted(error, id)], data: null };
      answer(request, response, 200, { "content-type": type }, JSON.stringify(late));
    }
  }
}

/** So that the id in an error is the one in the answer's header. */
const namesErrorsByRequest = (operations: Operations): ApolloServerPlugin => ({
  requestDidStart: ({ request }) =>
    Promise.resolve({
      didEncounterErrors: ({ errors }) => {
        const id = request.http?.headers.get("x-request-id");
        if (id) for (const each of errors) operations.name(each, id);
        return Promise.resolve();
      },
    }),
});
