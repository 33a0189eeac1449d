import { afterAll, beforeAll, expect, test } from "vitest";
import { openLive } from "./support/open-live.js";

let server: Awaited<ReturnType<typeof openLive>>;
beforeAll(async () => {
  server = await openLive();
});
afterAll(() => server[Symbol.asyncDispose]());

async function all(query: string, variables?: Record<string, unknown>, path?: string) {
  const results = [];
  for await (const each of server.streamClient({}, path).iterate({ query, variables })) results.push(each);
  return results;
}

const post = (query: string, headers: Record<string, string> = {}, path = "/graphql/stream") =>
  fetch(`${server.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "text/event-stream", ...headers },
    body: JSON.stringify({ query }),
  });
const get = (query: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/graphql/stream?${new URLSearchParams({ query }).toString()}`, {
    headers: { accept: "text/event-stream", "apollo-require-preflight": "1", ...headers },
  });

test.each(["/graphql/stream", "/graphql"])("a subscription is followed to its end at %s", async (path) => {
  expect(await all("subscription($to:Int!){count(to:$to)}", { to: 2 }, path)).toEqual([
    { data: { count: 1 } },
    { data: { count: 2 } },
  ]);
});

test("queries and mutations work over an event stream too", async () => {
  expect(await all("{hello}")).toEqual([{ data: { hello: "hello you" } }]);
  const before = server.graph.planted;
  expect(await all(`mutation{plant(name:"a")}`)).toEqual([{ data: { plant: before + 1 } }]);
});

test("a GET is answered, and never changes anything", async () => {
  expect(await (await get("{hello}")).text()).toBe(
    ':\n\nevent: next\ndata: {"data":{"hello":"hello you"}}\n\nevent: complete\ndata:\n\n',
  );
  const before = server.graph.planted;
  const response = await get(`mutation{plant(name:"a")}`);
  expect(response.status).toBe(405);
  expect(response.headers.get("allow")).toBe("POST");
  expect(server.graph.planted).toBe(before);
});

test("nothing on the way is to keep, change or hold back what comes", async () => {
  const { headers, body } = await post("subscription{count(to:1)}");
  expect(headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  expect(headers.get("cache-control")).toBe("no-cache, no-transform");
  expect(headers.get("x-accel-buffering")).toBe("no");
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  await body!.cancel();
});

test("each event is read with a context of its own", async () => {
  const numbers = (await all("subscription{context}")).map(({ data }) => data?.["context"]);
  expect(new Set(numbers).size).toBe(3);
});

test.each([
  ["limit", "LIMIT_EXCEEDED", "Too far behind."],
  ["uri", "INTERNAL", "internal error"],
  ["stranger", "INTERNAL", "internal error"],
])("a source that throws (%s) ends its stream with an error of %s", async (how, code, message) => {
  expect(await all(`subscription{breaks(how:"${how}")}`)).toEqual([
    { data: { breaks: 1 } },
    { errors: [{ message, extensions: { code, id: expect.any(String) } }] },
  ]);
});

test.each([
  ["{", "GRAPHQL_PARSE_FAILED"],
  ["{nothing}", "GRAPHQL_VALIDATION_FAILED"],
  ["subscription($to:Int!){count(to:$to)}", "BAD_USER_INPUT"],
  [`{${Array.from({ length: 31 }, (_, index) => `a${index}:hello`).join(" ")}}`, "LIMIT_EXCEEDED"],
])("%s is refused in the stream, so that clients do not try again", async (query, code) => {
  const [result, ...more] = await all(query);
  expect(more).toEqual([]);
  expect(result?.errors?.[0]).toMatchObject({ extensions: { code, id: expect.any(String) } });
});

test("the id of an error is the one in the head of the answer", async () => {
  const response = await post("{nothing}");
  expect(await response.text()).toContain(`"id":"${response.headers.get("x-request-id")}"`);
});

test("a client that leaves ends the source", async () => {
  const leaving = new AbortController();
  const response = await fetch(`${server.url}/graphql/stream`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "text/event-stream" },
    body: JSON.stringify({ query: "subscription{followed}" }),
    signal: leaving.signal,
  });
  expect(response.status).toBe(200);
  await expect.poll(() => server.graph.followed.size).toBe(1);
  leaving.abort();
  await expect.poll(() => server.graph.followed.size).toBe(0);
  await expect.poll(() => server.live().operations).toBe(0);
});

test.each([
  ["another method", { method: "PUT" }, 405],
  ["another type", { method: "POST", headers: { accept: "application/json" } }, 406],
  ["a GET that a page of any origin may send", { headers: { "content-type": "text/plain" } }, 415],
  ["a body of another type", { method: "POST", headers: { "content-type": "text/plain" }, body: "{}" }, 415],
  ["a list of operations", { method: "POST", headers: { "content-type": "application/json" }, body: "[]" }, 400],
  ["a GET that any page could send", {}, 400],
])("%s is refused by status", async (_, init: RequestInit, status) => {
  const response = await fetch(`${server.url}/graphql/stream?query={hello}`, {
    ...init,
    headers: { accept: "text/event-stream", ...(init.headers as Record<string, string>) },
  });
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: "BAD_USER_INPUT" } }] });
});

test("a subscription without a stream is answered with which transports serve it", async () => {
  const response = await post("subscription{count(to:1)}", { accept: "application/json" }, "/graphql");
  expect(response.status).toBe(400);
  const { errors } = (await response.json()) as { errors: [{ message: string; extensions: object }] };
  expect(errors[0].message).toContain("graphql-transport-ws");
  expect(errors[0].message).toContain("text/event-stream");
  expect(errors[0].extensions).toMatchObject({ code: "BAD_USER_INPUT" });
});

test("a client that takes JSON or a stream gets each where it fits", async () => {
  const both = { accept: "application/json, text/event-stream" };
  expect((await post("{hello}", both, "/graphql")).headers.get("content-type")).toContain("application/json");
  const stream = await post("subscription{count(to:1)}", both, "/graphql");
  expect(stream.headers.get("content-type")).toContain("text/event-stream");
  expect(await stream.text()).toContain('{"data":{"count":1}}');
});
