import type { IncomingMessage, ServerResponse } from "node:http";
import { HttpRefusal } from "../http/refusal.js";
import type { FrontRoute } from "../http/route.js";
import { drain } from "../http/drain.js";
import { forward, type Forwarded, type ForwardLimits } from "./forward.js";
import { isAmbiguous, predictTarget, type PredictTarget, versionsAsked } from "./predict-target.js";
import { mayPredict, type PredictTokens } from "./predict-token.js";
import { ReplicaHealth } from "./replica-health.js";
import type { ReplicaRoute, RouteTable } from "./route-table.js";

export interface PredictRouteOptions {
  readonly table: Pick<RouteTable, "find" | "isFilled">;
  readonly tokens: PredictTokens;
  readonly limits?: Partial<PredictLimits>;
}

export interface PredictLimits extends ForwardLimits {
  /** Requests of one deployment at a time. */
  readonly inFlight: number;
  /** The time for which a replica that failed is left out. */
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
export function predictRoute({ table, tokens, limits }: PredictRouteOptions): FrontRoute {
  const router = new Router(table, tokens, { ...LIMITS, ...limits });
  return { path: "/predict/", auth: "own", endpoint: (request, response) => router.handle(request, response) };
}

class Router {
  private readonly health: ReplicaHealth;
  private readonly inFlight = new Map<string, number>();

  constructor(
    private readonly table: Pick<RouteTable, "find" | "isFilled">,
    private readonly tokens: PredictTokens,
    private readonly limits: PredictLimits,
  ) {
    this.health = new ReplicaHealth(limits.ejectedMs);
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { target, route } = this.routeOf(request);
    const key = JSON.stringify([target.proj, target.name]);
    const others = this.inFlight.get(key) ?? 0;
    if (others >= this.limits.inFlight)
      throw new HttpRefusal(
        503,
        "LIMIT_EXCEEDED",
        "The deployment has too many requests in flight: send it again in a moment, or deploy more replicas.",
        soon(1),
      );
    this.inFlight.set(key, others + 1);
    try {
      this.tell(await this.predict(target, route, request, response), request);
    } finally {
      const left = this.inFlight.get(key)! - 1;
      if (left > 0) this.inFlight.set(key, left);
      else this.inFlight.delete(key);
    }
  }

  /** Returns the target of the request, before anything of its body is read. */
  private routeOf(request: IncomingMessage): { target: PredictTarget; route: ReplicaRoute } {
    if (isAmbiguous(request))
      throw new HttpRefusal(
        400,
        "BAD_USER_INPUT",
        "The request is ambiguous: send the path alone, and exactly one header Host.",
      );
    if (!mayPredict(request.headers.authorization, this.tokens))
      throw new HttpRefusal(
        401,
        "UNAUTHENTICATED",
        "Predictions need a token here: send it as `Authorization: Bearer <token>`.",
        {
          "www-authenticate": "Bearer",
        },
      );
    const target = predictTarget(request.url ?? "");
    const route = target && this.table.find(target.proj, target.name);
    if (target && !this.table.isFilled)
      throw new HttpRefusal(503, "RUNTIME_UNAVAILABLE", "The replicas of deployments are not known yet.", soon(2));
    if (!target || !route) throw new HttpRefusal(404, "NOT_FOUND", notDeployed(target));
    if (request.method !== "POST")
      throw new HttpRefusal(405, "BAD_USER_INPUT", "Predictions are asked for by POST.", { allow: "POST" });
    // Nothing that a client sent is decompressed here, and a replica cannot be relied upon to do so within bounds.
    if ((request.headers["content-encoding"] ?? "identity").trim().toLowerCase() !== "identity")
      throw new HttpRefusal(415, "BAD_USER_INPUT", "A prediction is asked for with a body that is not compressed.", {
        "accept-encoding": "identity",
      });
    if (Number(request.headers["content-length"] ?? 0) > this.limits.bodyBytes) throw this.tooLarge();
    if (route.replicas.length === 0)
      throw new HttpRefusal(503, "RUNTIME_UNAVAILABLE", notReady(target, route), soon(2));
    return { target, route: { ...route, replicas: replicasAsked(target, route) } };
  }

  private async predict(
    { query }: PredictTarget,
    route: ReplicaRoute,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<Forwarded> {
    const tried = new Set<string>();
    let how: Forwarded = "NOT_SENT";
    while (how === "NOT_SENT" && tried.size < ATTEMPTS) {
      const picked = this.health.pick(route.replicas, tried);
      if (!picked) break;
      tried.add(picked.replica.id);
      how = await forward({ request, response }, { route, replica: picked.replica, query }, this.limits);
      picked.ended(saysOfReplica(how));
    }
    return how;
  }

  /** Answers what the client has not been told yet. */
  private tell(how: Forwarded, request: IncomingMessage): void {
    switch (how) {
      case "ANSWERED":
        return drain(request);
      case "BROKEN":
      case "CLIENT_LEFT":
        return;
      case "NOT_SENT":
        throw new HttpRefusal(503, "RUNTIME_UNAVAILABLE", "No replica of the deployment can be reached.", soon(2));
      case "RESET":
        throw new HttpRefusal(502, "RUNTIME_UNAVAILABLE", "The replica broke off without an answer.");
      case "NO_ANSWER":
        throw new HttpRefusal(504, "RUNTIME_UNAVAILABLE", "The replica did not answer in time.");
      case "CLIENT_SILENT":
        throw new HttpRefusal(408, "BAD_USER_INPUT", "The body did not come in time.");
      case "TOO_LARGE":
        throw this.tooLarge();
    }
  }

  private tooLarge(): HttpRefusal {
    const most = `The body of a prediction has at most ${this.limits.bodyBytes} bytes.`;
    return new HttpRefusal(413, "LIMIT_EXCEEDED", most);
  }
}

/** The replicas that serve the version asked for. @throws HttpRefusal if more than one is asked for, or none has it. */
function replicasAsked(target: PredictTarget, { replicas, versions }: ReplicaRoute): ReplicaRoute["replicas"] {
  const [version, ...others] = versionsAsked(target);
  if (version === undefined) return replicas;
  if (others.length > 0) throw new HttpRefusal(400, "BAD_USER_INPUT", "model_version names one version.");
  const having = replicas.filter(({ names }) => names === undefined || names.includes(version));
  if (having.length === 0)
    throw new HttpRefusal(
      404,
      "NOT_FOUND",
      `The deployment does not serve the version that model_version names. It serves ${versions.join(", ")}.`,
    );
  return having;
}

const soon = (seconds: number) => ({ "retry-after": String(seconds) });

function saysOfReplica(how: Forwarded): boolean | null {
  if (how === "ANSWERED") return true;
  return how === "NOT_SENT" || how === "BROKEN" || how === "RESET" || how === "NO_ANSWER" ? false : null;
}

const notDeployed = (target: PredictTarget | null): string =>
  target
    ? `Project "${target.proj}" has no deployment "${target.name}" that takes predictions.`
    : "Predictions are asked for by POST /predict/<proj>/<deployment>.";

const notReady = ({ proj, name }: PredictTarget, { state }: ReplicaRoute): string =>
  `No replica of deployment "${name}" of project "${proj}" is ready${state ? ` (${state})` : ""}.`;
