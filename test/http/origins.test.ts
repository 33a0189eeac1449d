import { afterAll, beforeAll, expect, test } from "vitest";
import { openHttpServer } from "./support/open-http-server.js";

let http: Awaited<ReturnType<typeof openHttpServer>>;
beforeAll(async () => {
  http = await openHttpServer({ ROCAS_ALLOWED_ORIGINS: "https://good.example" });
});
afterAll(() => http.close());

const query = { query: "{polluted}" };

test("a page of a listed origin is let in, and no other origin is named", async () => {
  const { status, headers } = await http.post(query, { origin: "https://good.example" });
  expect(status).toBe(200);
  expect(headers.get("access-control-allow-origin")).toBe("https://good.example");
  expect(headers.get("access-control-allow-credentials")).toBeNull();
  expect(headers.get("vary")).toBe("Origin");
});

test("a page of the server itself is let in", async () => {
  expect((await http.post(query, { origin: `http://127.0.0.1:${http.port}` })).status).toBe(200);
});

test.each([
  "null",
  "https://good.example.evil.example",
  "https://evilgood.example",
  "http://good.example",
  "https://good.example:8443",
  "http://127.0.0.1:1",
])("a page of %s is refused", async (origin) => {
  const { status, headers, body } = await http.post(query, { origin });
  expect(status).toBe(403);
  expect(body.errors[0].extensions.code).toBe("FORBIDDEN");
  expect(headers.get("access-control-allow-origin")).toBeNull();
});

test("a browser's question before a request is answered for listed origins only", async () => {
  const ask = (origin: string) => http.send("/graphql", { method: "OPTIONS", headers: { origin } });
  const good = await ask("https://good.example");
  expect(good.status).toBe(204);
  expect(good.headers.get("access-control-allow-methods")).toContain("POST");
  expect((await ask("https://evil.example")).status).toBe(403);
});

test("a simple request that a foreign page could send is refused", async () => {
  const form = { method: "POST", headers: { "content-type": "text/plain" }, body: JSON.stringify(query) };
  expect((await http.send("/graphql", form)).status).toBe(415);
  expect((await http.send("/graphql?query={polluted}")).status).toBe(400);
  const odd = { headers: { "content-type": "text/plain", "apollo-require-preflight": "1" } };
  expect((await http.send("/graphql?query={polluted}", odd)).status).toBe(415);
});

test("a GET with the header that asks first is answered", async () => {
  const { body } = await http.send("/graphql?query={polluted}", { headers: { "apollo-require-preflight": "1" } });
  expect(body).toEqual({ data: { polluted: "undefined" } });
});

test("a GET never changes anything", async () => {
  const search = new URLSearchParams({ query: `mutation{plant(input:{name:"a"}){name}}` });
  const { status, body } = await http.send(`/graphql?${search}`, { headers: { "apollo-require-preflight": "1" } });
  expect(status).toBe(405);
  expect(body.errors[0].extensions.code).toBe("BAD_USER_INPUT");
  expect(body.data).toBeUndefined();
});

test("every answer tells browsers not to guess, frame or keep it", async () => {
  const { headers } = await http.post(query);
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  expect(headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(headers.get("cache-control")).toBe("no-store");
});
