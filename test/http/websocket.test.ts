import { afterAll, beforeAll, expect, test } from "vitest";
import { openLive } from "./support/open-live.js";
import { RawSocket } from "./support/raw-socket.js";

let server: Awaited<ReturnType<typeof openLive>>;
beforeAll(async () => {
  server = await openLive();
});
afterAll(() => server[Symbol.asyncDispose]());

/** All that the protocol's client is given for an operation; an error ends it. */
async function all(query: string, variables?: Record<string, unknown>) {
  const results = [];
  for await (const each of server.client().iterate({ query, variables })) results.push(each);
  return results;
}

test("a subscription is followed to its end", async () => {
  expect(await all("subscription($to:Int!){count(to:$to)}", { to: 3 })).toEqual([
    { data: { count: 1 } },
    { data: { count: 2 } },
    { data: { count: 3 } },
  ]);
});

test("queries and mutations work over a WebSocket too", async () => {
  expect(await all("{hello}")).toEqual([{ data: { hello: "hello you" } }]);
  const before = server.graph.planted;
  expect(await all(`mutation{plant(name:"a")}`)).toEqual([{ data: { plant: before + 1 } }]);
});

test("each event is read with a context of its own", async () => {
  const numbers = (await all("subscription{context}")).map(({ data }) => data?.["context"]);
  expect(new Set(numbers).size).toBe(3);
});

test("an error in one event is masked, and the next event comes", async () => {
  const results = await all("subscription{stumbles}");
  expect(results).toEqual([
    { data: { stumbles: 1 } },
    {
      data: { stumbles: null },
      errors: [
        {
          message: "internal error",
          path: ["stumbles"],
          locations: [{ line: 1, column: 14 }],
          extensions: { code: "INTERNAL", id: expect.any(String) },
        },
      ],
    },
    { data: { stumbles: 3 } },
  ]);
  expect(server.log()).toContain(results[1]!.errors![0]!.extensions!["id"]);
});

test.each([
  ["limit", "LIMIT_EXCEEDED", "Too far behind."],
  ["uri", "INTERNAL", "internal error"],
  ["stranger", "INTERNAL", "internal error"],
])("a source that throws (%s) ends its subscription with an error of %s", async (how, code, message) => {
  const raw = await RawSocket.begin(server.webSocketUrl);
  raw.subscribe("a", `subscription{breaks(how:"${how}")}`);
  const { payload } = await raw.hears("error", "a");
  expect(raw.of("next", "a")).toHaveLength(1);
  expect(payload).toEqual([{ message, extensions: { code, id: expect.any(String) } }]);
  raw.subscribe("b", "{hello}");
  await raw.hears("complete", "b");
  expect(raw.of("complete", "a")).toEqual([]);
  raw.socket.close();
});

test("a subscription that cannot begin says why", async () => {
  expect(await all("subscription{absent}")).toEqual([
    {
      errors: [
        {
          message: "There is nothing of that name.",
          path: ["absent"],
          locations: [{ line: 1, column: 14 }],
          extensions: { code: "NOT_FOUND", id: expect.any(String) },
        },
      ],
    },
  ]);
});

test.each([
  ["{", "GRAPHQL_PARSE_FAILED"],
  ["{nothing}", "GRAPHQL_VALIDATION_FAILED"],
  ["subscription{a:count(to:1) b:count(to:1)}", "GRAPHQL_VALIDATION_FAILED"],
  ["subscription{__typename}", "GRAPHQL_VALIDATION_FAILED"],
  ["subscription($to:Int!){count(to:$to)}", "BAD_USER_INPUT"],
  [`{${Array.from({ length: 31 }, (_, index) => `a${index}:hello`).join(" ")}}`, "LIMIT_EXCEEDED"],
])("%s is refused as over HTTP", async (query, code) => {
  const raw = await RawSocket.begin(server.webSocketUrl);
  raw.subscribe("a", query);
  const { payload } = await raw.hears("error", "a");
  expect(payload[0]).toMatchObject({ message: expect.any(String), extensions: { code, id: expect.any(String) } });
  const { errors } = await fetch(`${server.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json, text/event-stream" },
    body: JSON.stringify({ query }),
  }).then((response) => response.json() as Promise<{ errors: { message: string }[] }>);
  expect(payload.map(({ message }: { message: string }) => message)).toEqual(errors.map(({ message }) => message));
  raw.socket.close();
});

test("a client that leaves a source which cannot be ended is let go all the same", async () => {
  const raw = await RawSocket.begin(server.webSocketUrl);
  raw.subscribe("a", "subscription{never}");
  raw.subscribe("b", "subscription{never}");
  await expect.poll(() => server.live().operations).toBe(2);
  raw.say({ id: "a", type: "complete" });
  await expect.poll(() => server.live().operations).toBe(1);
  raw.subscribe("a", "{hello}");
  await raw.hears("complete", "a");
  raw.socket.terminate();
  await expect.poll(() => server.live().operations).toBe(0);
});

test("a client that completes an operation hears no more of it, and its source ends", async () => {
  const raw = await RawSocket.begin(server.webSocketUrl);
  raw.subscribe("a", "subscription{followed}");
  await expect.poll(() => server.graph.followed.size).toBe(1);
  raw.say({ id: "a", type: "complete" });
  await expect.poll(() => server.graph.followed.size).toBe(0);
  await expect.poll(() => server.live().operations).toBe(0);
  raw.socket.close();
});
