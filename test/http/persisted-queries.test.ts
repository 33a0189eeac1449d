import { afterAll, beforeAll, expect, test } from "vitest";
import { openHttpServer } from "./support/open-http-server.js";

let http: Awaited<ReturnType<typeof openHttpServer>>;
beforeAll(async () => {
  http = await openHttpServer({ ROCAS_ALLOWED_ORIGINS: "https://good.example" });
});
afterAll(() => http.close());

const sha256Hash = "ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38";
const persistedQuery = { version: 1, sha256Hash };
const GRAPHQL_RESPONSE = "application/graphql-response+json";

const NOT_SUPPORTED = {
  status: 200,
  body: {
    errors: [{ message: "PersistedQueryNotSupported", extensions: { code: "PERSISTED_QUERY_NOT_SUPPORTED" } }],
  },
};

test.each([
  ["a hash", { extensions: { persistedQuery } }],
  ["a hash with variables", { operationName: "Q", variables: { a: 1 }, extensions: { persistedQuery } }],
  ["a hash beside null", { query: null, extensions: { persistedQuery } }],
  ["a hash whose miss is reported", { extensions: { persistedQuery: { ...persistedQuery, miss: true } } }],
  ["a hash of another version", { extensions: { persistedQuery: { version: 2, sha256Hash } } }],
  ["the id of a document", { documentId: `sha256:${sha256Hash}` }],
])("%s by POST is answered so that clients send documents from then on", async (_, body) => {
  expect(await http.post(body)).toMatchObject(NOT_SUPPORTED);
  expect(await http.post(body, { accept: GRAPHQL_RESPONSE })).toMatchObject(NOT_SUPPORTED);
});

test.each([
  `extensions=${encodeURIComponent(JSON.stringify({ persistedQuery }))}`,
  `operationName=Q&variables=%7B%7D&extensions=${encodeURIComponent(JSON.stringify({ persistedQuery }))}`,
  `documentId=sha256:${sha256Hash}`,
])("by GET, too: %s", async (search) => {
  expect(await http.send(`/graphql?${search}`)).toMatchObject(NOT_SUPPORTED);
});

test("a document that comes with its hash is executed", async () => {
  const { status, body } = await http.post({ query: "{ __typename }", extensions: { persistedQuery } });

  expect(status).toBe(200);
  expect(body).toEqual({ data: { __typename: "Query" } });
});

test.each([
  {},
  { query: "" },
  { query: "", extensions: { persistedQuery } },
  { query: 1, extensions: { persistedQuery } },
  { extensions: {} },
])("%j is still no operation", async (body) => {
  expect(await http.post(body)).toMatchObject({
    status: 400,
    body: { errors: [{ extensions: { code: "BAD_USER_INPUT" } }] },
  });
});

const READ = `/graphql?query=${encodeURIComponent("{ __typename }")}`;

test.each([
  { origin: "https://good.example" },
  { "sec-fetch-site": "same-origin" },
  { "apollo-require-preflight": "1" },
])("a document by GET is read for a page that is let in: %j", async (headers) => {
  expect(await http.send(READ, { headers: new Headers(Object.entries(headers)) })).toMatchObject({
    status: 200,
    body: { data: { __typename: "Query" } },
  });
});

test.each([
  [{}, 400],
  [{ "sec-fetch-site": "cross-site" }, 400],
  [{ "sec-fetch-site": "none" }, 400],
  [{ origin: "https://attacker.example" }, 403],
])("and refused where it may come from a foreign one: %j", async (headers, status) => {
  expect((await http.send(READ, { headers: new Headers(Object.entries(headers)) })).status).toBe(status);
});

test("a mutation by GET stays refused, whoever sends it", async () => {
  const search = `query=${encodeURIComponent("mutation { __typename }")}`;

  const { body } = await http.send(`/graphql?${search}`, { headers: { origin: "https://good.example" } });

  expect(body.errors).toBeDefined();
});
