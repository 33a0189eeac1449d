import type { IncomingMessage, ServerResponse } from "node:http";
import { drain, refuse } from "../http/refuse.js";
import { forward, type Forwarded, type ForwardLimits } from "./forward.js";
import { isAmbiguous, predictTarget, type PredictTarget } from "./predict-target.js";
import { mayPredict, type PredictTokens } from "./predict-token.js";
import { ReplicaHealth } from "./replica-health.js";
import type { Route, RouteTable } from "./route-table.js";

export interface PredictRouteOptions {
  readonly table: Pick<RouteTable, "find">;
  readonly tokens: PredictTokens;
  readonly limits?: Partial<PredictLimits>;
}

export interface PredictLimits extends ForwardLimits {
  /** Requests of one deployment at a time. */
  readonly inFlight: number;
  /** How long a replica that failed is left out. */
  readonly ejectedMs: number;
}

const LIMITS: PredictLimits = {
  bodyBytes: 16 * 1024 * 1024,
  connectMs: 2_000,
  silentMs: 30_000,
  bodyMs: 300_000,
  answerMs: 60_000,
  inFlight: 256,
  ejectedMs: 10_000,
};
const ATTEMPTS = 3;

/** `POST /predict/<proj>/<deployment>`: streamed to a ready replica, never to anything that is not in the route table. */
export function predictRoute({ table, tokens, limits: changed }: PredictRouteOptions) {
  const limits = { ...LIMITS, ...changed };
  const router = new Router(table, tokens, limits);
  return {
    prefix: "/predict/",
    auth: "own" as const,
    handle: (request: IncomingMessage, response: ServerResponse) => router.handle(request, response),
  };
}

class Router {
  private readonly health: ReplicaHealth;
  private readonly inFlight = new Map<string, number>();

  constructor(
    private readonly table: Pick<RouteTable, "find">,
    private readonly tokens: PredictTokens,
    private readonly limits: PredictLimits,
  ) {
    this.health = new ReplicaHealth(limits.ejectedMs);
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (isAmbiguous(request)) return refuse(request, response, 400, "BAD_USER_INPUT", "The request is ambiguous.");
    if (!mayPredict(request.headers.authorization, this.tokens))
      return refuse(request, response, 401, "UNAUTHENTICATED", "Predictions need a bearer token here.", {
        "www-authenticate": "Bearer",
      });
    const target = predictTarget(request.url ?? "");
    const route = target && this.table.find(target.proj, target.name);
    if (!target || !route) return refuse(request, response, 404, "NOT_FOUND", notDeployed(target));
    if (request.method !== "POST")
      return refuse(request, response, 405, "BAD_USER_INPUT", "Predictions are asked for by POST.", { allow: "POST" });
    if (Number(request.headers["content-length"] ?? 0) > this.limits.bodyBytes)
      return this.tell("TOO_LARGE", request, response);
    const key = JSON.stringify([target.proj, target.name]);
    const others = this.inFlight.get(key) ?? 0;
    if (others >= this.limits.inFlight)
      return refuse(request, response, 503, "LIMIT_EXCEEDED", "The deployment has too many requests in flight.", {
        "retry-after": "1",
      });
    this.inFlight.set(key, others + 1);
    try {
      await this.predict(target, route, request, response);
    } finally {
      const left = this.inFlight.get(key)! - 1;
      if (left > 0) this.inFlight.set(key, left);
      else this.inFlight.delete(key);
    }
  }

  private async predict(target: PredictTarget, route: Route, request: IncomingMessage, response: ServerResponse) {
    if (route.replicas.length === 0)
      return refuse(request, response, 503, "RUNTIME_UNAVAILABLE", notReady(target, route), { "retry-after": "2" });
    const tried = new Set<string>();
    let how: Forwarded = "NOT_SENT";
    while (how === "NOT_SENT" && tried.size < ATTEMPTS) {
      const picked = this.health.pick(route.replicas, tried);
      if (!picked) break;
      tried.add(picked.replica.id);
      how = await forward({ request, response }, { route, replica: picked.replica, query: target.query }, this.limits);
      picked.ended(saysOfReplica(how));
    }
    this.tell(how, request, response);
  }

  private tell(how: Forwarded, request: IncomingMessage, response: ServerResponse): void {
    const no = (status: number, ...[code, message, headers]: Answer) =>
      refuse(request, response, status, code, message, headers);
    if (how === "ANSWERED") return drain(request);
    if (how === "NOT_SENT")
      return no(503, "RUNTIME_UNAVAILABLE", "No replica of the deployment can be reached.", { "retry-after": "2" });
    if (how === "RESET") return no(502, "RUNTIME_UNAVAILABLE", "The replica broke off without an answer.");
    if (how === "NO_ANSWER") return no(504, "RUNTIME_UNAVAILABLE", "The replica did not answer in time.");
    if (how === "CLIENT_SILENT")
      return no(408, "BAD_USER_INPUT", "The body did not come in time.", { connection: "close" });
    if (how === "TOO_LARGE")
      return no(413, "LIMIT_EXCEEDED", `The body of a prediction has at most ${this.limits.bodyBytes} bytes.`);
  }
}

type Answer = [code: Parameters<typeof refuse>[3], message: string, headers?: Parameters<typeof refuse>[5]];

function saysOfReplica(how: Forwarded): boolean | null {
  if (how === "ANSWERED") return true;
  return how === "NOT_SENT" || how === "BROKEN" || how === "RESET" || how === "NO_ANSWER" ? false : null;
}

const notDeployed = (target: PredictTarget | null): string =>
  target
    ? `Project "${target.proj}" has no deployment "${target.name}" that takes predictions.`
    : "Predictions are asked for by POST /predict/<proj>/<deployment>.";

const notReady = ({ proj, name }: PredictTarget, { state }: Route): string =>
  `No replica of deployment "${name}" of project "${proj}" is ready${state ? ` (${state})` : ""}.`;
