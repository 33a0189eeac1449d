import { randomUUID } from "node:crypto";
import { type IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Logger } from "pino";
import type { Settings } from "../settings.js";
import { answerPreflight, checkOrigin, hostChecker, tokenChecker } from "./access-control.js";
import { answer } from "./answer.js";
import type { ConnectionLimiter } from "./connection-limiter.js";
import { logFailure } from "./format-error.js";
import { ASSETS, type GraphiqlPage } from "./graphiql-page.js";
import { Health, isProbe, type Readiness } from "./health.js";
import { errorBody, HttpError, httpErrorAnswer } from "./http-error.js";
import { JSON_TYPE, prefersEventStream, prefersPage } from "./media-type.js";
import { type HttpRoute, matchRoute } from "./route.js";
import type { EventStreamEndpoint } from "./transports/event-stream-endpoint.js";
import type { GraphQLEndpoint } from "./transports/graphql-endpoint.js";
import type { WebSockets } from "./transports/websockets.js";

export interface RequestHandlerOptions {
  readonly settings: Pick<Settings, "HOST" | "ROCAS_TOKEN" | "ROCAS_ALLOWED_HOSTS" | "ROCAS_ALLOWED_ORIGINS">;
  readonly graphql: GraphQLEndpoint;
  readonly eventStreams: EventStreamEndpoint;
  readonly webSockets: WebSockets;
  readonly graphiql: GraphiqlPage;
  readonly routes: readonly HttpRoute[];
  readonly readiness: () => Promise<Readiness>;
  readonly limiter: ConnectionLimiter;
  readonly logger: Logger;
}

const GRAPHQL = "/graphql";
const EVENT_STREAM = "/graphql/stream";
/** The path that browsers try for the icon of a page. */
const ICON = "/favicon.ico";
/** There is one caller: users have no rights of their own. */
const LOCAL = { name: "local" };

/** Takes every request: checks its host, origin and token, and picks the part that answers. */
export class RequestHandler {
  private readonly isAllowedHost: (host: string | undefined) => boolean;
  private readonly carriesToken: (authorization: string | undefined) => boolean;
  private readonly health: Health;

  constructor(private readonly options: RequestHandlerOptions) {
    this.carriesToken = tokenChecker(options.settings.ROCAS_TOKEN);
    this.isAllowedHost = hostChecker(options.settings);
    this.health = new Health(options.readiness);
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const id = randomUUID();
    // Without a listener, a broken connection is an uncaught exception.
    request.on("error", () => undefined);
    response.on("error", () => undefined);
    setSecurityHeaders(response);
    response.setHeader("x-request-id", id);
    try {
      if (isProbe(request)) return await this.health.handle(request, response, this.isAuthorized(request, response));
      this.check(request, response);
      await this.dispatch(request, response, id);
    } catch (error) {
      this.answerError(request, response, error, id);
    }
  }

  /** Accepts a WebSocket. Its token comes with the request or in its first message. */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const response = new ServerResponse(request);
    socket.on("error", () => socket.destroy());
    try {
      this.check(request, response);
      if (targetOf(request).path !== GRAPHQL)
        throw new HttpError(404, "NOT_FOUND", "There is no WebSocket under this path: connect to /graphql.");
      const { authorization } = request.headers;
      const isAuthorized = authorization !== undefined;
      if (isAuthorized) this.authenticate(socket, authorization);
      this.options.webSockets.accept(request, socket, head, {
        caller: LOCAL,
        address: socket.remoteAddress ?? "",
        authorize: (late) => isAuthorized || this.acceptsToken(socket, late),
      });
    } catch (error) {
      const id = randomUUID();
      setSecurityHeaders(response);
      response.setHeader("x-request-id", id);
      response.shouldKeepAlive = false;
      response.assignSocket(socket);
      response.once("finish", () => socket.destroySoon());
      this.answerError(request, response, error, id);
    }
  }

  /** True if the client passes the checks that a probe need not pass. */
  private isAuthorized(request: IncomingMessage, response: ServerResponse): boolean {
    if (hostsOf(request) > 1) throw new HttpError(400, "BAD_USER_INPUT", "A request has exactly one header Host.");
    try {
      this.check(request, response);
      return this.acceptsToken(request.socket, request.headers.authorization);
    } catch {
      return false;
    }
  }

  private check(request: IncomingMessage, response: ServerResponse): void {
    if (hostsOf(request) !== 1 || !this.isAllowedHost(request.headers.host))
      throw new HttpError(
        421,
        "FORBIDDEN",
        "Rocas does not go by this host name: ROCAS_ALLOWED_HOSTS lists those that it goes by.",
      );
    checkOrigin(request, response, this.options.settings.ROCAS_ALLOWED_ORIGINS);
  }

  private async dispatch(request: IncomingMessage, response: ServerResponse, id: string): Promise<void> {
    const { eventStreams, graphiql, graphql, routes } = this.options;
    const { path, search } = targetOf(request);
    if (request.method === "OPTIONS") return answerPreflight(response);
    if (isReading(request)) {
      if (path === GRAPHQL && prefersPage(request.headers.accept)) return graphiql.sendPage(request, response);
      if (path === "/" && prefersPage(request.headers.accept)) return redirect(GRAPHQL, request, response);
      if (path === ICON) return graphiql.sendIcon(request, response);
      if (path.startsWith(ASSETS)) return graphiql.sendAsset(path, request, response);
    }
    const route = matchRoute(routes, request.method ?? "", path)?.route;
    if (route?.auth !== "own") this.authenticate(request.socket, request.headers.authorization);
    if (route) return route.endpoint(request, response);
    const metadata = { id, search, caller: LOCAL };
    if (path === EVENT_STREAM || (path === GRAPHQL && prefersEventStream(request.headers.accept)))
      return eventStreams.handle(request, response, metadata);
    if (path === GRAPHQL) return graphql.handle(request, response, metadata);
    throw new HttpError(404, "NOT_FOUND", "There is nothing here. GraphQL is at /graphql, and GraphiQL in a browser.");
  }

  private authenticate(socket: Socket, authorization: string | undefined): void {
    if (!this.acceptsToken(socket, authorization))
      throw new HttpError(401, "UNAUTHENTICATED", "Send the token as `Authorization: Bearer <token>`.", {
        "www-authenticate": "Bearer",
      });
  }

  private acceptsToken(socket: Socket, authorization: string | undefined): boolean {
    if (this.options.settings.ROCAS_TOKEN && !this.carriesToken(authorization)) return false;
    this.options.limiter.trust(socket);
    return true;
  }

  private answerError(request: IncomingMessage, response: ServerResponse, error: unknown, id: string): void {
    const { status, headers, code, message, path } = httpErrorAnswer(error);
    logFailure(this.options.logger, code, { id, err: error });
    if (response.headersSent) {
      // The answer has begun and can only be cut off.
      response.destroy();
      return;
    }
    const body = errorBody(code, message, id, path);
    answer(request, response, status, { ...headers, "content-type": JSON_TYPE }, body);
  }
}

function targetOf({ url = "" }: IncomingMessage): { path: string; search: string } {
  if (!url.startsWith("/"))
    throw new HttpError(400, "BAD_USER_INPUT", "Rocas is no proxy: send the path alone, as in POST /graphql.");
  const mark = url.indexOf("?");
  return mark < 0 ? { path: url, search: "" } : { path: url.slice(0, mark), search: url.slice(mark) };
}

const isReading = ({ method }: IncomingMessage): boolean => method === "GET" || method === "HEAD";

function hostsOf({ rawHeaders }: IncomingMessage): number {
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) if (isHost(rawHeaders[index]!)) hosts += 1;
  return hosts;
}

const isHost = (header: string): boolean => header.length === "host".length && header.toLowerCase() === "host";

const redirect = (location: string, request: IncomingMessage, response: ServerResponse): void =>
  answer(
    request,
    response,
    302,
    { location, "content-type": "text/plain; charset=utf-8" },
    `GraphiQL is at ${location}.`,
  );

const SECURITY_HEADERS = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cache-control": "no-store",
};

/** Sets headers that each answer has. Handlers may override them. */
function setSecurityHeaders(response: ServerResponse): void {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
}
