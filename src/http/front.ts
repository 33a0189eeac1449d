import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Logger } from "pino";
import type { Settings } from "../settings.js";
import { hostCheck } from "./allowed-host.js";
import { carriesToken } from "./bearer-token.js";
import type { ConnectionCap } from "./connection-cap.js";
import { answerPreflight, checkOrigin } from "./cors.js";
import { refusalOf } from "./format-error.js";
import { ASSETS, type GraphiqlPage } from "./graphiql-page.js";
import type { GraphQLEndpoint } from "./graphql-endpoint.js";
import { loggable } from "./loggable.js";
import { prefersPage } from "./media-type.js";
import { answer, HttpRefusal, refusalBody, statusOf } from "./refusal.js";
import type { Route } from "./route.js";
import { setSecurityHeaders } from "./security-headers.js";

export interface Readiness {
  readonly ok: boolean;
  readonly detail: Record<string, unknown>;
}

export interface FrontOptions {
  readonly settings: Pick<Settings, "HOST" | "ROCAS_TOKEN" | "ROCAS_ALLOWED_HOSTS" | "ROCAS_ALLOWED_ORIGINS">;
  readonly graphql: GraphQLEndpoint;
  readonly graphiql: GraphiqlPage;
  readonly routes: readonly Route[];
  readonly readiness: () => Promise<Readiness>;
  readonly cap: ConnectionCap;
  readonly logger: Logger;
}

const GRAPHQL = "/graphql";
/** Without finer rights there is one caller: on loopback whoever is there, elsewhere who has the token. */
const LOCAL = { name: "local" };

/** Every request's way: whose name it uses, which page it comes from, what it asks for, and who asks. */
export class Front {
  private readonly isAllowedHost: (host: string | undefined) => boolean;

  constructor(private readonly options: FrontOptions) {
    this.isAllowedHost = hostCheck(options.settings);
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const id = randomUUID();
    // Without a listener a connection that breaks off would be an uncaught exception.
    request.on("error", () => undefined);
    response.on("error", () => undefined);
    setSecurityHeaders(response);
    response.setHeader("x-request-id", id);
    try {
      this.check(request, response);
      await this.dispatch(request, response, id);
    } catch (error) {
      this.refuse(request, response, error, id);
    }
  }

  private check(request: IncomingMessage, response: ServerResponse): void {
    const hosts = request.rawHeaders.filter((each, index) => index % 2 === 0 && each.toLowerCase() === "host");
    if (hosts.length !== 1 || !this.isAllowedHost(request.headers.host))
      throw new HttpRefusal(
        421,
        "FORBIDDEN",
        "Rocas does not go by this host name: ROCAS_ALLOWED_HOSTS lists those that it goes by.",
      );
    checkOrigin(request, response, this.options.settings.ROCAS_ALLOWED_ORIGINS);
  }

  private async dispatch(request: IncomingMessage, response: ServerResponse, id: string): Promise<void> {
    const { graphiql, graphql, routes } = this.options;
    const { path, search } = targetOf(request);
    if (request.method === "OPTIONS") return answerPreflight(response);
    if (path === "/health/live") return sendJson(request, response, 200, { ok: true });
    if (isReading(request)) {
      if (path === GRAPHQL && prefersPage(request.headers.accept)) return graphiql.sendPage(request, response);
      if (path.startsWith(ASSETS)) return graphiql.sendAsset(path, request, response);
    }
    const route = routes.find(({ prefix }) => path.startsWith(prefix));
    if (route?.auth !== "own") this.authenticate(request);
    if (route) return route.handle(request, response);
    if (path === GRAPHQL) return graphql.handle(request, response, { id, search, caller: LOCAL });
    if (path === "/health/ready") return this.sendReadiness(request, response);
    throw new HttpRefusal(404, "NOT_FOUND", "There is nothing here. GraphQL is at /graphql.");
  }

  private authenticate({ headers, socket }: IncomingMessage): void {
    const { ROCAS_TOKEN: token } = this.options.settings;
    if (token && !carriesToken(headers.authorization, token))
      throw new HttpRefusal(401, "UNAUTHENTICATED", "Send the token as `Authorization: Bearer <token>`.", {
        "www-authenticate": "Bearer",
      });
    this.options.cap.trust(socket as Socket);
  }

  private async sendReadiness(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { ok, detail } = await this.options.readiness();
    sendJson(request, response, ok ? 200 : 503, { ok, ...detail });
  }

  private refuse(request: IncomingMessage, response: ServerResponse, error: unknown, id: string): void {
    const { logger } = this.options;
    const isRefusal = error instanceof HttpRefusal;
    const { code, message, path } = isRefusal
      ? { ...error, message: error.message, path: undefined }
      : refusalOf(error);
    if (code === "INTERNAL") logger.error({ id, error: loggable(error) }, "request failed");
    if (response.headersSent) {
      // The answer had begun: cutting it off is all that is left to say.
      response.destroy();
      return;
    }
    const headers = { ...(isRefusal && error.headers), "content-type": "application/json; charset=utf-8" };
    const status = isRefusal ? error.status : statusOf(code);
    answer(request, response, status, headers, refusalBody(code, message, id, path));
  }
}

function targetOf({ url = "" }: IncomingMessage): { path: string; search: string } {
  if (!url.startsWith("/")) throw new HttpRefusal(400, "BAD_USER_INPUT", "Rocas is no proxy.");
  const mark = url.indexOf("?");
  return mark < 0 ? { path: url, search: "" } : { path: url.slice(0, mark), search: url.slice(mark) };
}

const isReading = ({ method }: IncomingMessage): boolean => method === "GET" || method === "HEAD";

function sendJson(request: IncomingMessage, response: ServerResponse, status: number, content: object): void {
  answer(request, response, status, { "content-type": "application/json; charset=utf-8" }, JSON.stringify(content));
}
