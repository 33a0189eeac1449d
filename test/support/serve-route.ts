import { randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import { ConnectionLimiter } from "../../src/http/connection-limiter.js";
import { answerMalformedRequests } from "../../src/http/raw-http.js";
import { RequestHandler, type RequestHandlerOptions } from "../../src/http/request-handler.js";
import type { HttpRoute } from "../../src/http/route.js";
import { openLogger } from "../../src/logger.js";

/** One route behind the server's own handler, with nothing else beside it. `x` is a host name of ours. */
export async function serveRoute(route: HttpRoute, told: (line: string) => void = () => undefined): Promise<Server> {
  const none = {} as never;
  const options: RequestHandlerOptions = {
    settings: { HOST: "127.0.0.1", ROCAS_TOKEN: "", ROCAS_ALLOWED_HOSTS: ["x"], ROCAS_ALLOWED_ORIGINS: [] },
    graphql: none,
    eventStreams: none,
    webSockets: none,
    graphiql: none,
    routes: [route],
    readiness: async () => ({ ok: true, detail: {} }),
    limiter: new ConnectionLimiter(64),
    logger: openLogger("error", { write: told }),
  };
  const handler = new RequestHandler(options);
  const server = createServer({ requestTimeout: 0, requireHostHeader: false, maxHeaderSize: 16 * 1024 });
  answerMalformedRequests(server, randomUUID);
  server.on("request", (request, response) => void handler.handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}
