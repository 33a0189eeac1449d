import { request as ask, type ClientRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { pipeline } from "node:stream";
import { asHeaderValue, headersForClient, headersForReplica } from "./passed-headers.js";
import type { ReadyReplica, ReplicaGroup } from "./replica-table.js";

export interface ForwardLimits {
  readonly bodyBytes: number;
  readonly connectMs: number;
  /** The time for which neither side sends or takes anything. */
  readonly silentMs: number;
  /** The time for the whole body. */
  readonly bodyMs: number;
  /** The time from the end of the body to the first byte of the answer. */
  readonly answerMs: number;
}

/**
 * The outcome. `NOT_SENT`: there was no connection, and another replica may be tried. After `ANSWERED` and `BROKEN`
 * (half an answer) the client has been answered; after others, it has not.
 */
export type ForwardOutcome =
  "ANSWERED" | "NOT_SENT" | "BROKEN" | "RESET" | "NO_ANSWER" | "CLIENT_LEFT" | "CLIENT_SILENT" | "TOO_LARGE";

/** Streams the request to the replica and its answer back. It never rejects. */
export function forward(
  client: { readonly request: IncomingMessage; readonly response: ServerResponse },
  to: { readonly group: ReplicaGroup; readonly replica: ReadyReplica; readonly query: string },
  limits: ForwardLimits,
): Promise<ForwardOutcome> {
  return new Promise((resolve) => new Forwarding(client.request, client.response, to, limits, resolve).start());
}

class Forwarding {
  private readonly upstream: ClientRequest;
  private timer: NodeJS.Timeout;
  private bodyTimer: NodeJS.Timeout | undefined;
  private answering = false;
  private hasEnded = false;
  private received = 0;

  constructor(
    private readonly request: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly to: { readonly group: ReplicaGroup; readonly replica: ReadyReplica; readonly query: string },
    private readonly limits: ForwardLimits,
    private readonly resolve: (outcome: ForwardOutcome) => void,
  ) {
    const { hostname, port, host } = new URL(to.replica.endpoint);
    const length = request.headers["content-length"];
    const chunked = request.headers["transfer-encoding"] !== undefined;
    this.upstream = ask({
      // Brackets are for URLs, not for sockets.
      hostname: hostname.replace(/^\[|\]$/g, ""),
      port: port || 80,
      method: "POST",
      path: `/predict${to.query}`,
      // A new connection: the replica may close an idle one just as the request is sent. A request that was sent in
      // part cannot be repeated.
      agent: false,
      headers: {
        ...headersForReplica(request),
        host,
        ...requestId(response),
        ...(chunked ? { "transfer-encoding": "chunked" } : { "content-length": length ?? "0" }),
      },
    });
    this.timer = setTimeout(() => this.end("NOT_SENT"), limits.connectMs);
  }

  start(): void {
    const { upstream, request, response } = this;
    if (response.destroyed) return this.end("CLIENT_LEFT");
    let connected = false;
    upstream.once("socket", (socket) =>
      socket.once("connect", () => {
        connected = true;
        this.send();
      }),
    );
    const broken = () => this.end(connected ? "RESET" : "NOT_SENT");
    upstream.on("error", () => (this.answering ? this.end("BROKEN") : broken()));
    // A whole answer may still be on its way to the client.
    upstream.once("close", () => this.answering || broken());
    upstream.once("response", (answer) => this.answer(answer));
    response.once("close", this.onClientLeft);
    request.on("error", this.onClientLeft);
  }

  private readonly onClientLeft = (): void => this.end("CLIENT_LEFT");

  private send(): void {
    if (this.hasEnded) return;
    const { request, upstream, limits } = this;
    this.wait(limits.silentMs, () => "CLIENT_SILENT");
    this.bodyTimer = setTimeout(() => this.end("CLIENT_SILENT"), limits.bodyMs);
    request.on("data", this.onData);
    request.once("end", this.onEnd);
    upstream.on("drain", this.onDrain);
    if (request.readableEnded) this.onEnd();
  }

  private readonly onData = (piece: Buffer): void => {
    if (this.hasEnded) return;
    this.received += piece.length;
    if (this.received > this.limits.bodyBytes) return this.end("TOO_LARGE");
    if (this.upstream.write(piece)) return this.wait(this.limits.silentMs, () => "CLIENT_SILENT");
    this.request.pause();
    this.wait(this.limits.silentMs, () => "NO_ANSWER");
  };

  private readonly onDrain = (): void => {
    if (this.hasEnded || !this.request.isPaused()) return;
    this.wait(this.limits.silentMs, () => "CLIENT_SILENT");
    this.request.resume();
  };

  private readonly onEnd = (): void => {
    clearTimeout(this.bodyTimer);
    if (this.hasEnded) return;
    this.upstream.end();
    this.wait(this.limits.answerMs, () => "NO_ANSWER");
  };

  private answer(answer: IncomingMessage): void {
    if (this.hasEnded) return void answer.destroy();
    // The answer may come before the end of the body, and the rest is dropped.
    this.stopSending();
    this.answering = true;
    const { response } = this;
    const { group, replica } = this.to;
    response.off("close", this.onClientLeft);
    try {
      response.writeHead(answer.statusCode ?? 502, {
        ...headersForClient(answer),
        ...provenance(group, replica, answer),
      });
    } catch {
      return this.end("RESET");
    }
    const restartTimer = () =>
      this.wait(this.limits.silentMs, () => (response.writableNeedDrain ? "CLIENT_LEFT" : "BROKEN"));
    restartTimer();
    answer.on("data", restartTimer);
    response.on("drain", restartTimer);
    pipeline(answer, response, (error) => {
      if (!error) return this.end("ANSWERED");
      this.end(error.code === "ERR_STREAM_PREMATURE_CLOSE" ? "CLIENT_LEFT" : "BROKEN");
    });
  }

  private stopSending(): void {
    clearTimeout(this.bodyTimer);
    this.request.off("data", this.onData);
    this.request.off("end", this.onEnd);
    this.upstream.off("drain", this.onDrain);
  }

  private wait(ms: number, otherwise: () => ForwardOutcome): void {
    clearTimeout(this.timer);
    if (!this.hasEnded) this.timer = setTimeout(() => this.end(otherwise()), ms);
  }

  private end(outcome: ForwardOutcome): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    clearTimeout(this.timer);
    this.stopSending();
    this.response.off("close", this.onClientLeft);
    this.request.off("error", this.onClientLeft);
    this.request.on("error", () => undefined);
    this.upstream.destroy();
    if (outcome === "BROKEN" || outcome === "CLIENT_LEFT") this.response.destroy();
    this.resolve(outcome);
  }
}

/** Returns the id of this answer, in place of the client's. A replica names it in errors. */
function requestId(response: ServerResponse): Record<string, string> {
  const id = response.getHeader("x-request-id");
  return typeof id === "string" ? { "x-request-id": id } : {};
}

/**
 * Returns the versions, revision and replica of an answer, from the table. The replica's own header counts if it names
 * a served version, or in lazy serving.
 */
function provenance(group: ReplicaGroup, replica: ReadyReplica, answer: IncomingMessage): Record<string, string> {
  const revision = replica.revision ?? group.revision;
  const served = (revision === group.revision && replica.movers.length === 0 ? group.versions : replica.movers).map(
    asHeaderValue,
  );
  const own = answer.headers["x-rocas-model-version"];
  const reported = typeof own === "string" && /^[\x21-\x7e]{1,256}$/.test(own) ? own : undefined;
  const named =
    reported !== undefined && (served.length === 0 || served.includes(reported)) ? reported : served.join(", ");
  return {
    ...(named ? { "x-rocas-model-version": named } : {}),
    "x-rocas-revision": String(revision),
    "x-rocas-replica": asHeaderValue(replica.id),
  };
}
