import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { openLive } from "./support/open-live.js";
import { rawHttp } from "./support/raw-http.js";

const TOKEN = "f3b1-a-long-random-token";
const WAIT = { timeout: 25_000 };

const head = (query: string, port: number, ...headers: string[]) =>
  [
    `GET /graphql/stream?${new URLSearchParams({ query }).toString()} HTTP/1.1`,
    `host: 127.0.0.1:${port}`,
    "accept: text/event-stream",
    "apollo-require-preflight: 1",
    ...headers,
    "\r\n",
  ].join("\r\n");

/** A connection on which a stream was asked for, and what came on it. */
async function openStream(port: number, query: string) {
  const socket = connect(port, "127.0.0.1");
  const came: string[] = [];
  let rest = "";
  socket.on("data", (chunk: Buffer) => {
    const blocks = (rest + chunk.toString()).split("\n\n");
    rest = blocks.pop()!;
    came.push(...blocks);
  });
  socket.on("error", () => undefined);
  socket.write(head(query, port));
  const of = (kind: string) => came.filter((each) => each.includes(kind));
  while (of(":").length === 0) await once(socket, "data");
  return { socket, of, events: () => of("event: next") };
}

test("a stream on which nothing happens is kept open by comments, beyond every timeout of requests", async () => {
  await using server = await openLive({}, { headMs: 200, bodyMs: 200, keepAliveMs: 300 });
  const { socket, of, events } = await openStream(server.port, "subscription{followed}");
  await expect.poll(() => of(":").length, WAIT).toBeGreaterThan(10);
  server.graph.publish("still here");
  await expect.poll(() => events().join(), WAIT).toContain("still here");
  socket.destroy();
});

test("a large event is not broken by comments", async () => {
  await using server = await openLive({}, { keepAliveMs: 50 });
  const results = [];
  for await (const each of server.streamClient().iterate<{ big: string }>({ query: "{big(kib:3000)}" }))
    results.push(each.data?.big.length);
  expect(results).toEqual([3_000 * 1024]);
});

test("a reader that stops loses its stream, its neighbour nothing, and the publisher never waits (W6)", async () => {
  await using server = await openLive();
  const slow = await openStream(server.port, "subscription{followed}");
  await expect.poll(() => server.graph.followed.size, WAIT).toBe(1);
  const [source] = server.graph.followed;
  const quick = await openStream(server.port, "subscription{followed}");
  await expect.poll(() => server.graph.followed.size, WAIT).toBe(2);
  slow.socket.pause();

  const event = "x".repeat(16 * 1024);
  for (let each = 1; each <= 5_000 && source!.canTake; each += 1) {
    server.graph.publish(event);
    await expect.poll(() => quick.events().length, { ...WAIT, interval: 1 }).toBe(each);
  }
  expect(source!.canTake).toBe(false);

  slow.socket.resume();
  await expect.poll(() => slow.of("event: complete").length, WAIT).toBe(1);
  expect(slow.events().at(-1)).toContain('"code":"LIMIT_EXCEEDED"');
  expect(slow.events().length).toBeGreaterThan(64);
  expect(quick.of("LIMIT_EXCEEDED")).toEqual([]);
  expect(server.live().operations).toBe(1);
  slow.socket.destroy();
  quick.socket.destroy();
});

test("a peer that takes nothing for a while is cut off (W6)", async () => {
  await using server = await openLive({}, { keepAliveMs: 200 });
  const { socket } = await openStream(server.port, "subscription{followed}");
  await expect.poll(() => server.graph.followed.size, WAIT).toBe(1);
  socket.pause();
  for (let each = 0; each < 30; each += 1) server.graph.publish("x".repeat(1024 * 1024));
  await expect.poll(() => server.live().operations, WAIT).toBe(0);
  socket.destroy();
});

test("nothing is left of a thousand streams that broke off (W7)", async () => {
  await using server = await openLive();
  const visit = async (): Promise<void> => {
    const { socket } = await openStream(server.port, "subscription{followed}");
    server.graph.publish("x");
    socket.destroy();
    await once(socket, "close");
  };
  for (let round = 0; round < 50; round += 1) await Promise.all(Array.from({ length: 20 }, visit));
  await expect.poll(() => server.live().operations, WAIT).toBe(0);
  expect(server.graph.followed.size).toBe(0);
}, 60_000);

test("a stream asks for the token, and for the name and pages of the server", async () => {
  await using server = await openLive({ ROCAS_TOKEN: TOKEN, ROCAS_ALLOWED_ORIGINS: "https://good.example" });
  const { port } = server;
  const ask = (...headers: string[]) => rawHttp(port, head("{hello}", port, "connection: close", ...headers));
  const authorization = `authorization: Bearer ${TOKEN}`;
  expect(await ask()).toMatch(/^HTTP\/1\.1 401 /);
  expect(await ask("authorization: Bearer wrong")).toMatch(/^HTTP\/1\.1 401 /);
  expect(await ask(authorization, "origin: https://evil.example")).toMatch(/^HTTP\/1\.1 403 /);
  expect(await ask(authorization, "host: attacker.example")).toMatch(/^HTTP\/1\.1 421 /);
  const good = await ask(authorization, "origin: https://good.example");
  expect(good).toMatch(/^HTTP\/1\.1 200 /);
  expect(good).toContain("access-control-allow-origin: https://good.example");
  expect(good).toContain("hello you");
});

test("a browser's EventSource, which sets no header, is answered for pages that are let in", async () => {
  await using server = await openLive({ ROCAS_ALLOWED_ORIGINS: "https://good.example" });
  const { port } = server;
  const ask = (...headers: string[]) =>
    rawHttp(
      port,
      head("{hello}", port, "connection: close", ...headers).replace("apollo-require-preflight: 1\r\n", ""),
    );
  expect(await ask("origin: https://good.example")).toContain("hello you");
  expect(await ask("sec-fetch-site: same-origin")).toContain("hello you");
  expect(await ask("sec-fetch-site: cross-site")).toMatch(/^HTTP\/1\.1 400 /);
  expect(await ask()).toMatch(/^HTTP\/1\.1 400 /);
});
