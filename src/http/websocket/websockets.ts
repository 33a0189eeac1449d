import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type ExecutionArgs, type ExecutionResult, GraphQLError, type GraphQLSchema } from "graphql";
import { CloseCode, type Context, handleProtocols, makeServer, type Server, type SubscribePayload } from "graphql-ws";
import type { Logger } from "pino";
import { type WebSocket, WebSocketServer } from "ws";
import { DomainError } from "../../errors.js";
import { parseJson } from "../../graph/parse-json.js";
import { Admitted } from "../admission.js";
import { limitError } from "../limits/limit-error.js";
import type { Limits } from "../limits/limits.js";
import type { Operations } from "../operations/operations.js";
import { Results } from "../operations/results.js";
import { HttpRefusal } from "../refusal.js";
import { type Introduction, SocketConnection } from "./connection.js";
import { Peer } from "./peer.js";

const LONGEST_ID = 128;
/** Not among the types of ws. A peer has a second to answer a close; after it the connection ends without. */
const UNTYPED = { closeTimeout: 1_000 };
/** For queries and mutations to come to their end when the server closes. */
const LEAVE_MS = 15_000;

export interface WebSocketsOptions {
  readonly schema: GraphQLSchema;
  readonly operations: Operations;
  readonly limits: Limits;
  readonly logger: Logger;
}

/** An operation of graphql-ws, with its results beside it. */
interface Started extends ExecutionArgs {
  readonly results: Results;
}

// Their errors are formatted already, which `onNext` passes on.
const resultsOf = (started: ExecutionArgs): AsyncIterable<ExecutionResult> =>
  (started as Started).results as AsyncIterable<object>;

type Opened = Context<Record<string, unknown>, SocketConnection>;

/** GraphQL over WebSocket: ws frames, graphql-ws speaks the protocol, and what it says of operations is ours. */
export class WebSockets {
  private readonly server: WebSocketServer;
  private readonly protocol: Server<SocketConnection>;
  private readonly connections = new Set<SocketConnection>();

  constructor(private readonly options: WebSocketsOptions) {
    const { limits } = options;
    this.server = new WebSocketServer({
      noServer: true,
      maxPayload: limits.maxMessageBytes,
      handleProtocols,
      ...UNTYPED,
    });
    this.server.on("wsClientError", ({ message }) => {
      throw new HttpRefusal(400, "BAD_USER_INPUT", `This is no handshake of a WebSocket: ${message}.`);
    });
    this.protocol = makeServer<Record<string, unknown>, SocketConnection>({
      connectionInitWaitTimeout: limits.initMs,
      onConnect: ({ connectionParams, extra }) => extra.introduction.admits(authorizationIn(connectionParams)),
      onSubscribe: (opened, id, payload) => this.start(opened, id, payload),
      execute: resultsOf,
      subscribe: resultsOf,
      onNext: (_opened, _id, _payload, _args, formatted) => formatted,
      onError: (_opened, _id, _payload, errors) =>
        errors.map((each) => options.operations.formatted(each, randomUUID())),
    });
  }

  /** The number that are open. */
  get open(): number {
    return this.connections.size;
  }

  /** @throws HttpRefusal if the request is no handshake. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, introduction: Introduction): void {
    this.server.handleUpgrade(request, socket, head, (webSocket) => this.connect(webSocket, introduction));
  }

  /** Accepts no more, and resolves when all are closed. */
  async leave(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const each of this.connections) each.leave();
    const patience = setTimeout(() => this.connections.forEach(({ peer }) => peer.cutOff()), LEAVE_MS);
    await closed;
    clearTimeout(patience);
  }

  private connect(webSocket: WebSocket, introduction: Introduction): void {
    const { limits, logger } = this.options;
    const connection = new SocketConnection(new Peer(webSocket, limits, logger), introduction);
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
    const { caller, address } = connection.introduction;
    // It comes back with every event.
    if (operationId.length > LONGEST_ID) {
      const tooLong = `An operation's id has at most ${LONGEST_ID} characters.`;
      connection.peer.close(CloseCode.BadRequest, tooLong);
      return [limitError(tooLong)];
    }
    if (connection.operations >= limits.maxOperationsPerSocket) {
      const most = limits.maxOperationsPerSocket;
      return [limitError(`${most} operations run on this connection already: end one of them first.`)];
    }
    const written = asWritten(payload, connection.peer.received);
    if (written instanceof GraphQLError) return [written];
    const request = { ...written, operationName: payload.operationName || null };
    const admitted = operations.admit(request);
    if (!(admitted instanceof Admitted)) return [...admitted];
    const asker = { caller, address, id: randomUUID() };
    const results = operations.start(admitted, asker, () => connection.remove(results as Results));
    if (!(results instanceof Results)) return [results];
    connection.add(results, admitted.kind);
    return { schema, document: admitted.document, operationName: request.operationName, results };
  }
}

/** The payload with its numbers as they were written, which the protocol's own reading of the message does not tell. */
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
