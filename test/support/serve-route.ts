import { randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import { refuseBadHttp } from "../../src/http/bad-http.js";
import { ConnectionCap } from "../../src/http/connection-cap.js";
import { Front, type FrontOptions } from "../../src/http/front.js";
import type { FrontRoute } from "../../src/http/route.js";
import { openLogger } from "../../src/logger.js";

/** One route behind the server's own front, with nothing else beside it. `x` is a host name of ours. */
export async function serveRoute(route: FrontRoute, told: (line: string) => void = () => undefined): Promise<Server> {
  const none = {} as never;
  const options: FrontOptions = {
    settings: { HOST: "127.0.0.1", ROCAS_TOKEN: "", ROCAS_ALLOWED_HOSTS: ["x"], ROCAS_ALLOWED_ORIGINS: [] },
    graphql: none,
    eventStreams: none,
    webSockets: none,
    graphiql: none,
    routes: [route],
    readiness: async () => ({ ok: true, detail: {} }),
    cap: new ConnectionCap(64),
    logger: openLogger("error", { write: told }),
  };
  const front = new Front(options);
  const server = createServer({ requestTimeout: 0, requireHostHeader: false, maxHeaderSize: 16 * 1024 });
  refuseBadHttp(server, randomUUID);
  server.on("request", (request, response) => void front.handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}
