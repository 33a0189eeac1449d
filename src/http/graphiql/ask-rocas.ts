import { createGraphiQLFetcher, type Fetcher, type FetcherParams } from "@graphiql/toolkit";
import { createClient } from "graphql-ws";
import { tokenHeaders } from "./access.js";

/** What asks the server that the page came from: by HTTP, and by WebSocket for what goes on and on. */
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
  return (params, options) => fetcher(ofItsOwn(params), options);
}

// For a moment after a change of tabs GraphiQL still names the operation of the tab before.
const ofItsOwn = (params: FetcherParams): FetcherParams =>
  params.operationName && !params.query.includes(params.operationName) ? { ...params, operationName: null } : params;

/** What the headers editor holds goes over the remembered token, however it is spelt there. */
const lowerCase = (headers: object = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
