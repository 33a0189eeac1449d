import { randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { GraphQLSchema } from "graphql";
import type { Logger } from "pino";
import { ConnectionLimiter } from "./http/connection-limiter.js";
import { GracefulShutdown } from "./http/graceful-shutdown.js";
import { GraphiqlPage, type RunsIn } from "./http/graphiql-page.js";
import type { Readiness } from "./http/health.js";
import { type Limits, limitsOf } from "./http/limits/limits.js";
import { type ContextOf, Operations } from "./http/operations/operations.js";
import { answerMalformedRequests, ignoreUpgrade } from "./http/raw-http.js";
import { RequestHandler } from "./http/request-handler.js";
import type { HttpRoute } from "./http/route.js";
import { EventStreamEndpoint } from "./http/transports/event-stream-endpoint.js";
import { GraphQLEndpoint } from "./http/transports/graphql-endpoint.js";
import { WebSockets } from "./http/transports/websockets.js";
import { httpUrl } from "./server-address.js";
import type { Settings } from "./settings.js";

export interface ServerOptions {
  readonly settings: Pick<
    Settings,
    | "HOST"
    | "PORT"
    | "ROCAS_TOKEN"
    | "ROCAS_ALLOWED_HOSTS"
    | "ROCAS_ALLOWED_ORIGINS"
    | "ROCAS_MAX_DEPTH"
    | "ROCAS_MAX_PAGE"
    | "ROCAS_MAX_OPERATIONS"
    | "ROCAS_MAX_STRANGERS"
    | "ROCAS_DEADLINE_MS"
    | "ROCAS_EXECUTOR"
  >;
  readonly schema: GraphQLSchema;
  /** Makes the context of one request. */
  readonly contextOf: ContextOf;
  /** The routes beside GraphQL. */
  readonly routes: readonly HttpRoute[];
  readonly logger: Logger;
  readonly readiness: () => Promise<Readiness>;
  /** Named in GraphiQL's first tab; Docker by default. */
  readonly runsIn?: RunsIn;
  /** Replace the default limits. */
  readonly limits?: Partial<Limits>;
}

export interface RunningServer {
  readonly url: string;
  /** Returns how many WebSockets are open, and how many operations of WebSockets and event streams run. */
  live(): { readonly webSockets: number; readonly operations: number };
  /** Stops accepting, lets running requests end (20 s at most), and closes. */
  close(): Promise<void>;
}

const CHECK_MS = 1_000;
// Gateways and proxies keep an idle connection for 60 s, mostly. The server keeps it longer, so that their next request
// never meets a connection that is being closed.
const KEEP_ALIVE_MS = 65_000;
const MAX_HEAD_BYTES = 16 * 1024;

/**
 * Listens on one port, and answers GraphQL, GraphiQL, health and the given routes.
 * @throws Error with a sentence for the operator if the address cannot be had
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { settings, logger } = options;
  const limits = { ...limitsOf(settings), ...options.limits };
  const operations = await Operations.open({ ...options, limits, executor: settings.ROCAS_EXECUTOR });
  const eventStreams = new EventStreamEndpoint(operations, limits);
  const webSockets = new WebSockets({ ...options, operations, limits });
  const graphql = new GraphQLEndpoint({ limits, operations, eventStreams });
  const limiter = new ConnectionLimiter(limits.maxStrangers);
  const handler = new RequestHandler({
    ...options,
    graphql,
    eventStreams,
    webSockets,
    graphiql: await GraphiqlPage.open(options.runsIn ?? "docker"),
    limiter,
  });
  // No time limit for a whole request, since uploads may be long: the reader of a body limits its time.
  const server = createServer({
    headersTimeout: limits.headMs,
    requestTimeout: 0,
    connectionsCheckingInterval: CHECK_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: MAX_HEAD_BYTES,
    // The Host check answers a request without one, in JSON.
    requireHostHeader: false,
  });
  if (settings.ROCAS_TOKEN) limiter.watch(server);
  answerMalformedRequests(server, randomUUID);
  const shutdown = new GracefulShutdown(server);
  server.on("request", (request, response) => void handler.handle(request, response));
  server.on("upgrade", (request, socket, head) => {
    if (request.headers.upgrade?.toLowerCase() === "websocket") handler.upgrade(request, socket as Socket, head);
    else ignoreUpgrade(server, request, socket, head);
  });
  try {
    await listen(server, settings);
  } catch (error) {
    await operations.stop();
    throw error;
  }
  server.on("error", (err) => logger.error({ event: "server_failed", err }));
  return {
    url: httpUrl(settings.HOST, (server.address() as AddressInfo).port),
    live: () => ({ webSockets: webSockets.open, operations: operations.running }),
    async close() {
      eventStreams.shutDown();
      await Promise.all([webSockets.shutDown(), shutdown.shutDown()]);
      await operations.stop();
    },
  };
}

function listen(server: Server, { HOST: host, PORT: port }: Pick<Settings, "HOST" | "PORT">): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => reject(cannotListen(error, host, port));
    server.once("error", fail);
    server.listen({ host, port }, () => {
      server.off("error", fail);
      resolve();
    });
  });
}

function cannotListen(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const reasons: Record<string, string> = {
    EADDRINUSE: `Port ${port} of ${host} is taken: set PORT to another, or end what listens there.`,
    EACCES: `Port ${port} may not be used by this user: set PORT to one above 1023.`,
    EADDRNOTAVAIL: `${host} is no address of this machine: set HOST to one that is.`,
    ENOTFOUND: `${host} is not known: set HOST to an address of this machine.`,
  };
  const { code } = error;
  const sentence = reasons[code ?? ""] ?? `Cannot listen on ${host}:${port}.`;
  return Object.assign(new Error(sentence, { cause: error }), { code });
}
