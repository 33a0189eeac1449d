import { createGraphiQLFetcher, type Fetcher } from "@graphiql/toolkit";
import type { ExecutionResult } from "graphql";
import { createClient } from "graphql-ws";
import { tokenHeaders } from "./access.js";
import { droppable } from "./droppable.js";
import { ownOperation } from "./own-operation.js";

/**
 * The fetcher of GraphiQL: it asks the server that the page came from, by HTTP, and by WebSocket for what goes on and
 * on.
 */
export function askRocas(): Fetcher {
  const fetcher = createGraphiQLFetcher({
    url: "/graphql",
    // An answer of this server is one piece.
    enableIncrementalDelivery: false,
    fetch: (url, init) => fetch(url, { ...init, headers: { ...tokenHeaders(), ...lowerCase(init?.headers) } }),
    wsClient: createClient({
      url: `${location.origin.replace(/^http/, "ws")}/graphql`,
      // Read whenever a socket is opened: the token may be another by then.
      connectionParams: tokenHeaders,
    }),
  });
  return (params, options) => {
    const operation = ownOperation(params.query, params.operationName);
    const asked = fetcher(
      { ...params, operationName: operation.name },
      { ...options, documentAST: operation.document },
    );
    // By HTTP the answer is one result.
    return operation.isSubscription ? asked : droppable(Promise.resolve(asked as Promise<ExecutionResult>));
  };
}

/** Headers of the editor go before the remembered token, in any case of letters. */
const lowerCase = (headers: object = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
