import type { IncomingMessage, ServerResponse } from "node:http";
import { answer } from "./answer.js";

export interface Readiness {
  readonly ok: boolean;
  /** The reasons. Only clients with the token see them. */
  readonly detail: Record<string, unknown>;
}

const LIVE = "/health/live";
const READY = "/health/ready";

/** True if a probe sent the request. Probes use addresses of their own and carry no token. */
export const isProbe = ({ method, url = "" }: IncomingMessage): boolean =>
  (method === "GET" || method === "HEAD") && [LIVE, READY].includes(url.split("?", 1)[0]!);

/** Answers probes for life and readiness. */
export class Health {
  private pending: Promise<Readiness> | null = null;

  constructor(private readonly readiness: () => Promise<Readiness>) {}

  /** @param isAuthorized true if the client has passed all checks, and may see details */
  async handle(request: IncomingMessage, response: ServerResponse, isAuthorized: boolean): Promise<void> {
    if (request.url!.startsWith(LIVE)) return send(request, response, { ok: true });
    const { ok, detail } = await this.now();
    send(request, response, isAuthorized ? { ok, ...detail } : { ok });
  }

  // Any client may send probes. Those at the same time share one query of the store.
  private now(): Promise<Readiness> {
    this.pending ??= this.readiness().finally(() => (this.pending = null));
    return this.pending;
  }
}

function send(request: IncomingMessage, response: ServerResponse, content: { ok: boolean }): void {
  const headers = { "content-type": "application/json; charset=utf-8" };
  answer(request, response, content.ok ? 200 : 503, headers, JSON.stringify(content));
}
