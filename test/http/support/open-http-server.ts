import { connect, type Socket } from "node:net";
import { PassThrough } from "node:stream";
import { DomainError } from "../../../src/errors.js";
import type { Readiness } from "../../../src/http/health.js";
import type { Limits } from "../../../src/http/limits/limits.js";
import type { HttpRoute } from "../../../src/http/route.js";
import { openLogger } from "../../../src/logger.js";
import { readSettings } from "../../../src/settings.js";
import { startServer } from "../../../src/start-server.js";
import { buildToySchema } from "./toy-schema.js";

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are looked into as a client does
  readonly body: any;
}

const route = (path: string, auth: HttpRoute["auth"]): HttpRoute => ({
  path,
  auth,
  endpoint(request, response) {
    if (request.url?.endsWith("/taken")) throw new DomainError("ALREADY_EXISTS", "The name is taken.");
    if (request.url?.endsWith("/long")) throw new DomainError("LIMIT_EXCEEDED", "This is too long.");
    if (request.url?.endsWith("/broken")) throw new Error("mongodb://root:CANARY@db");
    response.end(`answer to ${request.url}`);
    return Promise.resolve();
  },
});
const OWN = route("/own/", "own");
const GUARDED = route("/guarded/", "token");

const WELL: Readiness = { ok: true, detail: { store: "ok" } };

/** The real server, listening, over a toy schema. */
export async function openHttpServer(
  environment: Record<string, string> = {},
  limits: Partial<Limits> = {},
  ownPort = 0,
  readiness = () => Promise.resolve(WELL),
) {
  const lines = new PassThrough();
  let log = "";
  lines.on("data", (chunk: Buffer) => (log += chunk.toString()));
  let operations = 0;
  const settings = readSettings(environment);
  const { schema } = await buildToySchema();
  const server = await startServer({
    // Port 0 is no setting an operator can give.
    settings: { ...settings, PORT: ownPort },
    schema,
    contextOf: (caller) => {
      operations += 1;
      return { caller };
    },
    routes: [OWN, GUARDED],
    limits,
    logger: openLogger("debug", lines),
    readiness,
  });
  const port = Number(new URL(server.url).port);

  async function send(path: string, init: RequestInit = {}): Promise<Answered> {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") ?? false;
    return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined };
  }

  return {
    url: server.url,
    port,
    send,
    post: (body: string | object, headers: Record<string, string> = {}) =>
      send("/graphql", {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    query: (query: string, variables?: object) =>
      send("/graphql", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ query, variables }),
      }),
    /** A connection that says nothing. */
    hold: () =>
      new Promise<Socket>((resolve) => {
        const socket = connect(port, "127.0.0.1", () => resolve(socket));
        socket.on("error", () => undefined);
      }),
    log: () => log,
    /** How many operations have begun. */
    begun: () => operations,
    close: () => server.close(),
    [Symbol.asyncDispose]: () => server.close(),
  };
}
