import { createHash } from "node:crypto";
import { ApolloClient, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { Client, fetchExchange } from "@urql/core";
import { persistedExchange } from "@urql/exchange-persisted";
import { beforeAll, expect, test } from "vitest";
import * as documents from "./support/documents.js";
import { seedModels } from "./support/seen-by-client.js";
import { sharedRocas } from "./support/shared-rocas.js";

const MODELS = gql`
  query Models {
    models(first: 3) {
      nodes {
        id
        name
      }
    }
  }
`;
const CREATE = gql(documents.CREATE);
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

const rocas = sharedRocas();
beforeAll(() => seedModels(rocas()));

/** What was sent, by its method, and whether it held a document. */
function listening(sent: string[]): typeof fetch {
  return (input, init) => {
    const { method = "GET", body } = init ?? {};
    const words = method === "GET" ? new URL(String(input)).search : String(body);
    sent.push(`${method} ${/query=|"query":/.test(words) ? "document" : "hash"}`);
    return fetch(input, init);
  };
}

test.each([false, true])(
  "Apollo Client falls back to documents, and stays there (hashes by GET: %s)",
  async (byGet) => {
    const sent: string[] = [];
    const link = new PersistedQueryLink({ sha256, useGETForHashedQueries: byGet }).concat(
      new HttpLink({ uri: `${rocas().url}/graphql`, fetch: listening(sent) }),
    );
    const client = new ApolloClient({ link, cache: new InMemoryCache() });

    const first = await client.query({ query: MODELS, fetchPolicy: "network-only" });
    const again = await client.query({ query: MODELS, fetchPolicy: "network-only" });

    expect(again.data).toEqual(first.data);
    expect(sent).toEqual([byGet ? "GET hash" : "POST hash", "POST document", "POST document"]);
  },
);

test.each([
  [false, ["POST hash", "POST document", "POST document"]],
  ["within-url-limit", ["GET hash", "GET document", "POST document"]],
] as const)("urql falls back to documents, and stays there (hashes by GET: %s)", async (byGet, expected) => {
  const sent: string[] = [];
  const client = new Client({
    url: `${rocas().url}/graphql`,
    preferGetMethod: false,
    fetch: listening(sent),
    // As a browser says of a page of the same origin.
    fetchOptions: { headers: { origin: rocas().url } },
    exchanges: [persistedExchange({ preferGetForPersistedQueries: byGet, enableForMutation: true }), fetchExchange],
  });

  const first = await client.query<{ models: object }>(MODELS, {}).toPromise();
  const again = await client.query(MODELS, {}, { requestPolicy: "network-only" }).toPromise();

  expect(first.error).toBeUndefined();
  expect(first.data?.models).toBeDefined();
  expect(again.data).toEqual(first.data);
  expect(sent).toEqual(expected);
});

test("a mutation of urql's is sent again as a document, and done once", async () => {
  const sent: string[] = [];
  const client = new Client({
    url: `${rocas().url}/graphql`,
    preferGetMethod: false,
    fetch: listening(sent),
    exchanges: [persistedExchange({ enableForMutation: true }), fetchExchange],
  });

  const { data, error } = await client.mutation(CREATE, { input: { name: "persisted" } }).toPromise();

  expect(error).toBeUndefined();
  expect(data).toMatchObject({ createModel: { name: "persisted" } });
  expect(sent).toEqual(["POST hash", "POST document"]);
});
