import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createGatewayRuntime } from "@graphql-hive/gateway-runtime";

const token = process.env.ROCAS_TOKEN;

const gateway = createGatewayRuntime({
  supergraph: await readFile("supergraph.graphql", "utf8"),
  propagateHeaders: {
    // The gateway's own token, never one that a client sent, and for Rocas alone.
    fromClientToSubgraphs: ({ subgraphName }) => (subgraphName === "rocas" ? { authorization: `Bearer ${token}` } : {}),
  },
  // For subscriptions, which it would ask for by GET, as a page of any origin could.
  transportEntries: { rocas: { options: { method: "POST" } } },
});

const server = createServer(gateway).listen(4002, "127.0.0.1", () =>
  console.log("The gateway listens on http://127.0.0.1:4002/graphql"),
);
for (const signal of ["SIGINT", "SIGTERM"])
  process.once(signal, () => {
    server.close();
    server.closeAllConnections();
  });
