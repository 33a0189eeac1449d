import { connect } from "node:net";
import { expect, test } from "vitest";
import { openLive } from "./support/open-live.js";
import { RawSocket } from "./support/raw-socket.js";

const WAIT = { timeout: 25_000 };

test("a server that closes closes what is followed, so that clients come back", async () => {
  const server = await openLive();
  const raw = await RawSocket.begin(server.webSocketUrl);
  raw.subscribe("a", "subscription{followed}");
  const response = await fetch(`${server.url}/graphql/stream`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "text/event-stream" },
    body: JSON.stringify({ query: "subscription{followed}" }),
  });
  await expect.poll(() => server.graph.followed.size, WAIT).toBe(2);
  const began = performance.now();
  await server.close();
  expect(performance.now() - began).toBeLessThan(10_000);
  expect((await raw.closed).code).toBe(1001);
  expect(raw.of("complete")).toEqual([]);
  expect(await response.text()).not.toContain("complete");
  expect(server.graph.followed.size).toBe(0);
});

test("a mutation that runs is answered before its socket is closed, and not made twice", async () => {
  const server = await openLive();
  const raw = await RawSocket.begin(server.webSocketUrl);
  raw.subscribe("a", "subscription{followed}");
  raw.subscribe("b", "mutation{plantSlowly(ms:500)}");
  await expect.poll(() => server.live().operations, WAIT).toBe(2);
  const closing = server.close();
  expect((await raw.hears("complete", "b")).id).toBe("b");
  expect(raw.of("next", "b")[0].payload).toEqual({ data: { plantSlowly: 1 } });
  expect((await raw.closed).code).toBe(1001);
  await closing;
});

test("a mutation that runs on an event stream is answered to its end", async () => {
  const server = await openLive();
  const results: unknown[] = [];
  const running = (async () => {
    for await (const each of server.streamClient().iterate({ query: "mutation{plantSlowly(ms:500)}" }))
      results.push(each);
  })();
  await expect.poll(() => server.live().operations, WAIT).toBe(1);
  await server.close();
  await running;
  expect(results).toEqual([{ data: { plantSlowly: 1 } }]);
});

test("a socket that never introduced itself, and one that answers nothing, do not hold the end up", async () => {
  const server = await openLive();
  const silent = connect(server.port, "127.0.0.1");
  silent.on("error", () => undefined);
  silent.write(
    "GET /graphql HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n",
  );
  await expect.poll(() => server.live().webSockets, WAIT).toBe(1);
  const began = performance.now();
  await server.close();
  expect(performance.now() - began).toBeLessThan(10_000);
});

test("clients of both kinds follow on after a restart", async () => {
  const first = await openLive();
  const heard: unknown[] = [];
  const sink = (kind: string) => ({
    next: ({ data }: { data?: Record<string, unknown> | null }) => heard.push(`${kind} ${String(data?.["followed"])}`),
    error: (error: unknown) => heard.push(error),
    complete: () => heard.push(`${kind} complete`),
  });
  const again = { retryAttempts: 100, retryWait: () => new Promise<void>((resolve) => setTimeout(resolve, 100)) };
  const client = first.client(again);
  const endSocket = client.subscribe({ query: "subscription{followed}" }, sink("socket"));
  const streams = first.streamClient({ retryAttempts: 100, retry: again.retryWait });
  const endStream = streams.subscribe({ query: "subscription{followed}" }, sink("stream"));
  await expect.poll(() => first.graph.followed.size, WAIT).toBe(2);
  await first.close();

  const second = await openLive({}, {}, first.port);
  await expect.poll(() => second.graph.followed.size, WAIT).toBe(2);
  second.graph.publish("news");
  await expect.poll(() => [...heard].sort(), WAIT).toEqual(["socket news", "stream news"]);
  endSocket();
  endStream();
  await client.dispose();
  await second.close();
});
