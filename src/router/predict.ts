import type { IncomingMessage, ServerResponse } from "node:http";
import { discardBody } from "../http/answer.js";
import { HttpError } from "../http/http-error.js";
import type { HttpRoute } from "../http/route.js";
import { MIB, MINUTE_MS } from "../units.js";
import { forward, type ForwardLimits, type ForwardOutcome } from "./forward.js";
import {
  isAmbiguous,
  mayPredict,
  predictTarget,
  type PredictTarget,
  type PredictTokens,
  requestedVersions,
} from "./predict-request.js";
import { ReplicaBalancer } from "./replica-balancer.js";
import type { ReplicaGroup, ReplicaTable } from "./replica-table.js";

export interface PredictRouteOptions {
  readonly table: Pick<ReplicaTable, "find" | "isFilled">;
  /** Returns the state of a deployment that is not in the table; null if there is none. */
  readonly stateOf?: (proj: string, name: string) => Promise<string | null>;
  readonly tokens: PredictTokens;
  readonly limits?: Partial<PredictLimits>;
}

export interface PredictLimits extends ForwardLimits {
  /** Requests of one deployment at a time. */
  readonly inFlight: number;
  /** The time for which a failed replica is left out. */
  readonly ejectedMs: number;
}

const LIMITS: PredictLimits = {
  bodyBytes: 16 * MIB,
  connectMs: 2_000,
  silentMs: 30_000,
  bodyMs: 5 * MINUTE_MS,
  answerMs: MINUTE_MS,
  inFlight: 256,
  ejectedMs: 10_000,
};
const ATTEMPTS = 3;

/** Answers `POST /predict/<proj>/<deployment>` by a ready replica of the table, and by nothing else. */
export function predictRoute(options: PredictRouteOptions): HttpRoute {
  const router = new Router(options, { ...LIMITS, ...options.limits });
  return { path: "/predict/", auth: "own", endpoint: (request, response) => router.handle(request, response) };
}

class Router {
  private readonly balancer: ReplicaBalancer;
  private readonly inFlight = new Map<string, number>();

  constructor(
    private readonly options: Omit<PredictRouteOptions, "limits">,
    private readonly limits: PredictLimits,
  ) {
    this.balancer = new ReplicaBalancer(limits.ejectedMs);
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { target, group } = await this.groupFor(request);
    const key = JSON.stringify([target.proj, target.name]);
    const current = this.inFlight.get(key) ?? 0;
    if (current >= this.limits.inFlight)
      throw new HttpError(
        503,
        "LIMIT_EXCEEDED",
        "The deployment has too many requests in flight: send it again in a moment, or deploy more replicas.",
        soon(1),
      );
    this.inFlight.set(key, current + 1);
    try {
      this.respond(await this.predict(target, group, request, response), request);
    } finally {
      const remaining = this.inFlight.get(key)! - 1;
      if (remaining > 0) this.inFlight.set(key, remaining);
      else this.inFlight.delete(key);
    }
  }

  /** Returns the target of the request, before reading its body. */
  private async groupFor(request: IncomingMessage): Promise<{ target: PredictTarget; group: ReplicaGroup }> {
    if (isAmbiguous(request))
      throw new HttpError(
        400,
        "BAD_USER_INPUT",
        "The request is ambiguous: send the path alone, and exactly one header Host.",
      );
    if (!mayPredict(request.headers.authorization, this.options.tokens))
      throw new HttpError(
        401,
        "UNAUTHENTICATED",
        "Predictions need a token here: send it as `Authorization: Bearer <token>`.",
        {
          "www-authenticate": "Bearer",
        },
      );
    const target = predictTarget(request.url ?? "");
    const group = target && (await this.find(target));
    if (target && !this.options.table.isFilled)
      throw new HttpError(503, "RUNTIME_UNAVAILABLE", "The replicas of deployments are not known yet.", soon(2));
    if (!target || !group) throw new HttpError(404, "NOT_FOUND", notDeployed(target));
    if (request.method !== "POST")
      throw new HttpError(405, "BAD_USER_INPUT", "Predictions are asked for by POST.", { allow: "POST" });
    // Nothing is decompressed here, and a replica may lack bounds for it.
    if ((request.headers["content-encoding"] ?? "identity").trim().toLowerCase() !== "identity")
      throw new HttpError(415, "BAD_USER_INPUT", "A prediction is asked for with a body that is not compressed.", {
        "accept-encoding": "identity",
      });
    if (Number(request.headers["content-length"] ?? 0) > this.limits.bodyBytes) throw this.tooLarge();
    if (group.replicas.length === 0) throw new HttpError(503, "RUNTIME_UNAVAILABLE", notReady(target, group), soon(2));
    return { target, group: { ...group, replicas: replicasServing(target, group) } };
  }

  private async find({ proj, name }: PredictTarget): Promise<ReplicaGroup | null> {
    const { table, stateOf } = this.options;
    const found = table.find(proj, name);
    if (found || !table.isFilled) return found;
    const state = (await stateOf?.(proj, name)) ?? null;
    return state === null ? null : { revision: 0, replicas: [], versions: [], state };
  }

  private async predict(
    { query }: PredictTarget,
    group: ReplicaGroup,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<ForwardOutcome> {
    const tried = new Set<string>();
    let outcome: ForwardOutcome = "NOT_SENT";
    while (outcome === "NOT_SENT" && tried.size < ATTEMPTS) {
      const picked = this.balancer.pick(group.replicas, tried);
      if (!picked) break;
      tried.add(picked.replica.id);
      outcome = await forward({ request, response }, { group, replica: picked.replica, query }, this.limits);
      picked.report(replicaWorked(outcome));
    }
    return outcome;
  }

  /** Answers the client if no replica has. */
  private respond(outcome: ForwardOutcome, request: IncomingMessage): void {
    switch (outcome) {
      case "ANSWERED":
        return discardBody(request);
      case "BROKEN":
      case "CLIENT_LEFT":
        return;
      case "NOT_SENT":
        throw new HttpError(503, "RUNTIME_UNAVAILABLE", "No replica of the deployment can be reached.", soon(2));
      case "RESET":
        throw new HttpError(502, "RUNTIME_UNAVAILABLE", "The replica broke off without an answer.");
      case "NO_ANSWER":
        throw new HttpError(504, "RUNTIME_UNAVAILABLE", "The replica did not answer in time.");
      case "CLIENT_SILENT":
        throw new HttpError(408, "BAD_USER_INPUT", "The body did not come in time.");
      case "TOO_LARGE":
        throw this.tooLarge();
    }
  }

  private tooLarge(): HttpError {
    const message = `The body of a prediction has at most ${this.limits.bodyBytes} bytes.`;
    return new HttpError(413, "LIMIT_EXCEEDED", message);
  }
}

/**
 * Returns the replicas with the requested version.
 * @throws HttpError if there is more than one version, or no replica has it
 */
function replicasServing(target: PredictTarget, { replicas, versions }: ReplicaGroup): ReplicaGroup["replicas"] {
  const [version, ...others] = requestedVersions(target);
  if (version === undefined) return replicas;
  if (others.length > 0) throw new HttpError(400, "BAD_USER_INPUT", "model_version names one version.");
  const having = replicas.filter(({ names }) => names === undefined || names.includes(version));
  if (having.length === 0)
    throw new HttpError(
      404,
      "NOT_FOUND",
      `The deployment does not serve the version that model_version names. It serves ${versions.join(", ")}.`,
    );
  return having;
}

const soon = (seconds: number) => ({ "retry-after": String(seconds) });

function replicaWorked(outcome: ForwardOutcome): boolean | null {
  if (outcome === "ANSWERED") return true;
  return outcome === "NOT_SENT" || outcome === "BROKEN" || outcome === "RESET" || outcome === "NO_ANSWER"
    ? false
    : null;
}

const notDeployed = (target: PredictTarget | null): string =>
  target
    ? `Project "${target.proj}" has no deployment "${target.name}" that takes predictions.`
    : "Predictions are asked for by POST /predict/<proj>/<deployment>.";

const notReady = ({ proj, name }: PredictTarget, { state }: ReplicaGroup): string =>
  `No replica of deployment "${name}" of project "${proj}" is ready${state ? ` (${state})` : ""}.`;
