import type { IncomingMessage, ServerResponse } from "node:http";
import { answer } from "./http-error.js";

export interface Readiness {
  readonly ok: boolean;
  /** Why, for those who may know. */
  readonly detail: Record<string, unknown>;
}

const LIVE = "/health/live";
const READY = "/health/ready";

/** True if a probe asks: it reaches the server by an address of its own, and carries no token. */
export const isProbe = ({ method, url = "" }: IncomingMessage): boolean =>
  (method === "GET" || method === "HEAD") && [LIVE, READY].includes(url.split("?", 1)[0]!);

/** Answers probes: that the process lives, and whether it can do its work. */
export class Health {
  private asking: Promise<Readiness> | null = null;

  constructor(private readonly readiness: () => Promise<Readiness>) {}

  /** @param isKnown whether whoever asks has passed the checks of all other requests; nobody else hears of details */
  async handle(request: IncomingMessage, response: ServerResponse, isKnown: boolean): Promise<void> {
    if (request.url!.startsWith(LIVE)) return send(request, response, { ok: true });
    const { ok, detail } = await this.now();
    send(request, response, isKnown ? { ok, ...detail } : { ok });
  }

  // Strangers may ask: however many do so at the same time, the store is asked once.
  private now(): Promise<Readiness> {
    this.asking ??= this.readiness().finally(() => (this.asking = null));
    return this.asking;
  }
}

function send(request: IncomingMessage, response: ServerResponse, content: { ok: boolean }): void {
  const headers = { "content-type": "application/json; charset=utf-8" };
  answer(request, response, content.ok ? 200 : 503, headers, JSON.stringify(content));
}
