import { PassThrough } from "node:stream";
import { createClient as createStreamClient } from "graphql-sse";
import { type Client, createClient } from "graphql-ws";
import { WebSocket } from "ws";
import type { Limits } from "../../../src/http/limits/limits.js";
import { openLogger } from "../../../src/logger.js";
import { readSettings } from "../../../src/settings.js";
import { startServer } from "../../../src/start-server.js";
import { LiveGraph } from "./live-schema.js";

export const PROTOCOL = "graphql-transport-ws";

/** The real server, listening, over a graph with something to follow. */
export async function openLive(environment: Record<string, string> = {}, limits: Partial<Limits> = {}, port = 0) {
  const lines = new PassThrough();
  let log = "";
  lines.on("data", (chunk: Buffer) => (log += chunk.toString()));
  const graph = new LiveGraph();
  let contexts = 0;
  const server = await startServer({
    settings: { ...readSettings(environment), PORT: port },
    schema: graph.schema,
    contextOf: () => ({ number: (contexts += 1) }),
    routes: [],
    limits,
    logger: openLogger("debug", lines),
    readiness: () => Promise.resolve({ ok: true, detail: {} }),
  });
  const clients: Client[] = [];
  const webSocketUrl = `${server.url.replace("http", "ws")}/graphql`;
  return {
    graph,
    url: server.url,
    webSocketUrl,
    port: Number(new URL(server.url).port),
    live: () => server.live(),
    log: () => log,
    /** The protocol's own client. */
    client(options: Partial<Parameters<typeof createClient>[0]> = {}): Client {
      const client = createClient({ url: webSocketUrl, webSocketImpl: WebSocket, retryAttempts: 0, ...options });
      clients.push(client);
      return client;
    },
    streamClient: (options: Partial<Parameters<typeof createStreamClient>[0]> = {}, path = "/graphql/stream") =>
      createStreamClient({ url: `${server.url}${path}`, retryAttempts: 0, ...(options as object) }),
    close: () => server.close(),
    async [Symbol.asyncDispose]() {
      await Promise.all(clients.map((each) => each.dispose()));
      await server.close();
    },
  };
}
