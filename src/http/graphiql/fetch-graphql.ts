import type { Fetcher } from "@graphiql/toolkit";
import { tokenHeaders } from "./access.js";

/** Asks the server that the page came from. What the headers editor holds goes over the remembered token. */
export const fetchGraphQL: Fetcher = async ({ query, operationName, variables }, { headers } = {}) => {
  const response = await fetch("/graphql", {
    method: "POST",
    headers: {
      accept: "application/json",
      "content-type": "application/json",
      ...tokenHeaders(),
      ...lowerCase(headers),
    },
    body: JSON.stringify({ query, operationName, variables: variables ?? null }),
  });
  return response.json();
};

const lowerCase = (headers: Record<string, unknown> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
