import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ApolloGateway, IntrospectAndCompose, RemoteGraphQLDataSource } from "@apollo/gateway";
import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";
import { createGatewayRuntime } from "@graphql-hive/gateway-runtime";
import { composers, type Subgraph } from "./compose.js";

export interface Address {
  readonly name: string;
  readonly url: string;
}

export interface Gateway extends AsyncDisposable {
  readonly url: string;
}

/** Starts a gateway in front of subgraphs, to each of which it shows the token. */
export type StartGateway = (subgraphs: readonly Address[], token: string) => Promise<Gateway>;

async function sdlOf(url: string, headers: Record<string, string>): Promise<string> {
  const body = JSON.stringify({ query: "{ _service { sdl } }" });
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });
  return ((await answer.json()) as { data: { _service: { sdl: string } } }).data._service.sdl;
}

/** What each subgraph says of itself when it is asked as a gateway asks. */
const published = (subgraphs: readonly Address[], headers: Record<string, string>): Promise<Subgraph[]> =>
  Promise.all(subgraphs.map(async ({ name, url }) => ({ name, url, sdl: await sdlOf(url, headers) })));

const apollo: StartGateway = async (subgraphs, token) => {
  const headers = { authorization: `Bearer ${token}` };
  const gateway = new ApolloGateway({
    supergraphSdl: new IntrospectAndCompose({ subgraphs: [...subgraphs], introspectionHeaders: headers }),
    buildService: ({ url }) =>
      new RemoteGraphQLDataSource({
        url,
        willSendRequest: ({ request }) => request.http?.headers.set("authorization", headers.authorization),
      }),
    logger: { debug: () => {}, info: () => {}, warn: () => {}, error: (message) => console.error(message) },
  });
  const server = new ApolloServer({ gateway });
  const { url } = await startStandaloneServer(server, { listen: { port: 0, host: "127.0.0.1" } });
  return { url, [Symbol.asyncDispose]: () => server.stop() };
};

type Transports = NonNullable<Parameters<typeof createGatewayRuntime>[0]["transportEntries"]>;

const startHive = async (subgraphs: readonly Address[], token: string, transportEntries: Transports = {}) => {
  const headers = { authorization: `Bearer ${token}` };
  const { supergraph, errors } = composers["@theguild/federation-composition"]!(await published(subgraphs, headers));
  if (!supergraph) throw new Error(errors.join("\n"));
  const gateway = createGatewayRuntime({
    supergraph,
    logging: false,
    transportEntries,
    propagateHeaders: { fromClientToSubgraphs: () => headers },
  });
  const server = createServer((request, response) => void gateway.requestListener(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await gateway[Symbol.asyncDispose]();
    },
  };
};

const hive: StartGateway = (subgraphs, token) => startHive(subgraphs, token);

// By itself it would subscribe by GET, as another origin's page could.
const hiveOverEvents: StartGateway = (subgraphs, token) =>
  startHive(subgraphs, token, { rocas: { options: { method: "POST" } } });

const hiveOverWebSocket: StartGateway = (subgraphs, token) => {
  const connectionParams = { authorization: `Bearer ${token}` };
  return startHive(subgraphs, token, {
    rocas: { options: { subscriptions: { kind: "ws", location: "/graphql", options: { connectionParams } } } },
  });
};

/** Gateways that pass subscriptions on, by what they speak with Rocas. */
export const liveGateways: Record<string, StartGateway> = {
  "server-sent events": hiveOverEvents,
  WebSocket: hiveOverWebSocket,
};

export const gateways: Record<string, StartGateway> = { "Apollo Gateway": apollo, "Hive Gateway": hive };
