import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type ExecutionArgs, type ExecutionResult, GraphQLError, type GraphQLSchema, OperationTypeNode } from "graphql";
import { CloseCode, type Context, handleProtocols, makeServer, type Server, type SubscribePayload } from "graphql-ws";
import type { Logger } from "pino";
import { type WebSocket, WebSocketServer } from "ws";
import { DomainError } from "../../errors.js";
import { parseJson } from "../../graph/parse-json.js";
import { HttpError } from "../http-error.js";
import { limitError, type Limits } from "../limits/limits.js";
import { CheckedOperation } from "../operations/operation-guard.js";
import type { Operations } from "../operations/operations.js";
import { ResultStream } from "../operations/result-stream.js";
import { SendTurns } from "./send-turns.js";
import { SentResults } from "./sent-results.js";
import { type WebSocketClient, WebSocketConnection } from "./websocket-connection.js";
import { WebSocketPeer } from "./websocket-peer.js";

const MAX_ID_CHARACTERS = 128;
/** The types of ws lack it. A peer has a second to answer a close. */
const UNTYPED = { closeTimeout: 1_000 };
/** The time for queries and mutations to end at shutdown. */
const SHUTDOWN_MS = 15_000;

export interface WebSocketsOptions {
  readonly schema: GraphQLSchema;
  readonly operations: Operations;
  readonly limits: Limits;
  readonly logger: Logger;
}

/** An operation as graphql-ws takes it, with its results. */
interface Started extends ExecutionArgs {
  readonly results: SentResults;
}

const resultsOf = (started: ExecutionArgs): AsyncIterable<ExecutionResult> => (started as Started).results;

type Opened = Context<Record<string, unknown>, WebSocketConnection>;

/**
 * Answers GraphQL over WebSocket. ws handles frames, graphql-ws the protocol but for the results, `Operations` the rest.
 */
export class WebSockets {
  private readonly server: WebSocketServer;
  private readonly protocol: Server<WebSocketConnection>;
  private readonly connections = new Set<WebSocketConnection>();
  private readonly turns = new SendTurns();

  constructor(private readonly options: WebSocketsOptions) {
    const { limits } = options;
    this.server = new WebSocketServer({
      noServer: true,
      maxPayload: limits.maxMessageBytes,
      handleProtocols,
      ...UNTYPED,
    });
    this.server.on("wsClientError", ({ message }) => {
      throw new HttpError(400, "BAD_USER_INPUT", `This is no handshake of a WebSocket: ${message}.`);
    });
    this.protocol = makeServer<Record<string, unknown>, WebSocketConnection>({
      connectionInitWaitTimeout: limits.initMs,
      onConnect: ({ connectionParams, extra }) => extra.client.authorize(authorizationIn(connectionParams)),
      onSubscribe: (opened, id, payload) => this.start(opened, id, payload),
      execute: resultsOf,
      subscribe: resultsOf,
      onError: (_opened, _id, _payload, errors) =>
        errors.map((each) => options.operations.formatted(each, randomUUID())),
    });
  }

  /** The number of open WebSockets. */
  get open(): number {
    return this.connections.size;
  }

  /** @throws HttpError if the request is no handshake. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, client: WebSocketClient): void {
    this.server.handleUpgrade(request, socket, head, (webSocket) => this.connect(webSocket, client));
  }

  /** Accepts no more. Resolves when all are closed. */
  async shutDown(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const each of this.connections) each.shutDown();
    const timer = setTimeout(() => this.connections.forEach(({ peer }) => peer.terminate()), SHUTDOWN_MS);
    await closed;
    clearTimeout(timer);
  }

  private connect(webSocket: WebSocket, client: WebSocketClient): void {
    const { limits, logger } = this.options;
    const connection = new WebSocketConnection(new WebSocketPeer(webSocket, limits, logger), client);
    this.connections.add(connection);
    const close = this.protocol.opened(connection.peer, connection);
    webSocket.once("close", (code, reason) => {
      this.connections.delete(connection);
      connection.end();
      void close(code, reason.toString());
    });
  }

  private start(
    { extra: connection }: Opened,
    operationId: string,
    payload: SubscribePayload,
  ): Started | GraphQLError[] {
    const { schema, operations, limits } = this.options;
    const { caller, address } = connection.client;
    // Each event repeats the id.
    if (operationId.length > MAX_ID_CHARACTERS) {
      const tooLong = `An operation's id has at most ${MAX_ID_CHARACTERS} characters.`;
      connection.peer.close(CloseCode.BadRequest, tooLong);
      return [limitError(tooLong)];
    }
    if (connection.operations >= limits.maxOperationsPerSocket) {
      const max = limits.maxOperationsPerSocket;
      return [limitError(`${max} operations run on this connection already: end one of them first.`)];
    }
    const written = asWritten(payload, connection.peer.received);
    if (written instanceof GraphQLError) return [written];
    const request = { ...written, operationName: payload.operationName || null };
    const checked = operations.check(request);
    if (!(checked instanceof CheckedOperation)) return [...checked];
    const metadata = { caller, address, id: randomUUID() };
    const results = operations.start(checked, metadata, () => connection.remove(results as ResultStream));
    if (!(results instanceof ResultStream)) return [results];
    connection.add(results, checked.kind);
    const turns = checked.kind === OperationTypeNode.SUBSCRIPTION ? this.turns : undefined;
    const sent = new SentResults(results, operationId, connection.peer, turns);
    return { schema, document: checked.document, operationName: request.operationName, results: sent };
  }
}

/** Returns the payload with its numbers as written, which graphql-ws loses. */
function asWritten(payload: SubscribePayload, message: string): SubscribePayload | GraphQLError {
  try {
    return { ...payload, ...(parseJson(message) as { readonly payload: SubscribePayload }).payload };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const path = error.inputPath?.slice(["payload", "variables"].length);
    return new GraphQLError(error.message, { extensions: { code: error.code, path } });
  }
}

function authorizationIn(parameters: Readonly<Record<string, unknown>> = {}): string | undefined {
  const [, value] = Object.entries(parameters).find(([name]) => name.toLowerCase() === "authorization") ?? [];
  return typeof value === "string" ? value : undefined;
}
