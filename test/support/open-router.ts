import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createTcpServer, type Socket, type Server as TcpServer } from "node:net";
import { buffer } from "node:stream/consumers";
import { type PredictLimits, predictRoute } from "../../src/router/predict.js";
import { type NamedReplicaGroup, ReplicaTable } from "../../src/router/replica-table.js";
import { portOf } from "./raw-http.js";
import { serveRoute } from "./serve-route.js";

export interface Asked {
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

async function listening<S extends Server | TcpServer>(server: S): Promise<S> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

/** A router on a real port, before replicas that are real servers. */
export async function openRouter({
  limits = {} as Partial<PredictLimits>,
  tokens = { token: "", predictToken: "" },
} = {}) {
  const table = new ReplicaTable();
  const route = predictRoute({ table, tokens, limits });
  const server = await serveRoute(route);
  const replicas: (Server | TcpServer)[] = [];
  const sockets = new Set<Socket>();
  const port = portOf(server);
  const url = (path: string) => `http://127.0.0.1:${port}${path}`;

  return {
    table,
    port,
    url,
    predict: (body: RequestInit["body"] = "[]", how: RequestInit & { path?: string } = {}) =>
      fetch(url(how.path ?? "/predict/iris/live"), { method: "POST", body, ...how }),
    /** Answers each request by the listener, once its body is there; says what it was asked. */
    async replica(answer: RequestListener = (_request, response) => void response.end("setosa")) {
      const asked: Asked[] = [];
      const serving = createServer(async (request, response) => {
        const body = await buffer(request).catch(() => null);
        if (body) asked.push({ url: request.url!, headers: request.headers, body: body.toString() });
        if (body) answer(request, response);
      });
      replicas.push(await listening(serving));
      return { endpoint: `http://127.0.0.1:${portOf(serving)}`, asked };
    },
    /** One that has a socket's worth of manners only. */
    async socketReplica(connected: (socket: Socket) => void) {
      const serving = createTcpServer((socket) => {
        sockets.add(socket);
        socket.on("error", () => undefined);
        connected(socket);
      });
      replicas.push(await listening(serving));
      return { endpoint: `http://127.0.0.1:${portOf(serving as unknown as Server)}` };
    },
    /** The deployment `live` of project `iris`, unless told otherwise. */
    serve(endpoints: readonly string[], changed: Partial<NamedReplicaGroup> = {}) {
      const serving = endpoints.map((endpoint, n) => ({ id: `replica-${n}`, endpoint, movers: ["clf/v1"] }));
      const route = { proj: "iris", name: "live", revision: 7, versions: ["clf/v1"], replicas: serving, ...changed };
      table.replace([route]);
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      for (const each of [server, ...replicas]) {
        if ("closeAllConnections" in each) each.closeAllConnections();
        each.close();
      }
    },
  };
}

export const codeOf = async (answer: Response): Promise<string> =>
  ((await answer.json()) as { errors: [{ extensions: { code: string } }] }).errors[0].extensions.code;
