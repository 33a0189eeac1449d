import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { openLive } from "./support/open-live.js";
import { RawSocket } from "./support/raw-socket.js";

const WAIT = { timeout: 30_000 };

test.each([90 * 1024 * 1024, 64 * 1024 + 1])("an introduction of %i bytes closes the socket (W1)", async (length) => {
  await using server = await openLive({}, { initMs: 60_000 });
  const raw = await RawSocket.open(server.webSocketUrl);
  raw.socket.send("x".repeat(length));
  expect([1006, 1009]).toContain((await raw.closed).code);
  await expect.poll(() => server.live().webSockets, WAIT).toBe(0);
});

test("a message of 64 KiB is taken, and a larger one closes the socket, also after the introduction (W1)", async () => {
  await using server = await openLive();
  const raw = await RawSocket.begin(server.webSocketUrl);
  const message = JSON.stringify({ id: "a", type: "subscribe", payload: { query: "{hello}" } });
  raw.socket.send(message.padEnd(64 * 1024));
  await raw.hears("complete", "a");
  raw.socket.send(message.padEnd(64 * 1024 + 1));
  expect([1006, 1009]).toContain((await raw.closed).code);
});

test("a socket that does not introduce itself in time is closed, and one that does stays (W2)", async () => {
  await using server = await openLive({}, { initMs: 300 });
  const [silent, polite] = await Promise.all([
    RawSocket.open(server.webSocketUrl),
    RawSocket.begin(server.webSocketUrl),
  ]);
  expect((await silent.closed).code).toBe(4408);
  polite.subscribe("a", "{hello}");
  await polite.hears("complete", "a");
});

test("a silent socket that does not even answer the close is gone all the same (W2)", async () => {
  await using server = await openLive({}, { initMs: 100 });
  const socket = connect(server.port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.write(
    "GET /graphql HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n",
  );
  socket.resume();
  await once(socket, "close");
  await expect.poll(() => server.live().webSockets, WAIT).toBe(0);
});

test("twenty operations run on one socket, and of five thousand the others are refused (W3)", async () => {
  await using server = await openLive();
  const raw = await RawSocket.begin(server.webSocketUrl);
  for (let each = 0; each < 5_000; each += 1) raw.subscribe(`${each}`, "subscription{followed}");
  await expect.poll(() => raw.of("error").length, WAIT).toBe(4_980);
  expect(raw.of("error").map(({ payload }) => payload[0].extensions.code)).toEqual(
    new Array(4_980).fill("LIMIT_EXCEEDED"),
  );
  expect(server.live().operations).toBe(20);
  expect(server.graph.followed.size).toBe(20);
  raw.say({ id: "0", type: "complete" });
  await expect.poll(() => server.live().operations, WAIT).toBe(19);
  raw.subscribe("more", "{hello}");
  expect((await raw.hears("next", "more")).payload.data).toEqual({ hello: "hello you" });
});

test("a caller has a bounded number of operations over all connections together (W3)", async () => {
  await using server = await openLive({}, { maxOperationsPerCaller: 3 });
  const [one, other] = await Promise.all([RawSocket.begin(server.webSocketUrl), RawSocket.begin(server.webSocketUrl)]);
  for (const id of ["a", "b"]) one.subscribe(id, "subscription{followed}");
  other.subscribe("c", "subscription{followed}");
  await expect.poll(() => server.graph.followed.size, WAIT).toBe(3);
  other.subscribe("d", "subscription{followed}");
  expect((await other.hears("error", "d")).payload[0].extensions.code).toBe("LIMIT_EXCEEDED");
  const results = [];
  for await (const each of server.streamClient().iterate({ query: "{hello}" })) results.push(each);
  expect(results[0]?.errors?.[0]?.extensions?.["code"]).toBe("LIMIT_EXCEEDED");
  one.socket.close();
  await expect.poll(() => server.live().operations, WAIT).toBe(1);
  other.subscribe("e", "{hello}");
  await other.hears("complete", "e");
});

test("refused operations leave their place to others", async () => {
  await using server = await openLive({}, { maxOperationsPerCaller: 1 });
  const raw = await RawSocket.begin(server.webSocketUrl);
  raw.subscribe("a", "{nothing}");
  await raw.hears("error", "a");
  raw.subscribe("b", "subscription{absent}");
  await raw.hears("complete", "b");
  raw.subscribe("c", "{hello}");
  await raw.hears("complete", "c");
  expect(server.live().operations).toBe(0);
});

test("an id that is long would come back with every event, and closes the socket", async () => {
  await using server = await openLive();
  const raw = await RawSocket.begin(server.webSocketUrl);
  raw.subscribe("x".repeat(128), "{hello}");
  await raw.hears("complete");
  raw.subscribe("x".repeat(129), `mutation{plant(name:"a")}`);
  expect((await raw.closed).code).toBe(4400);
  expect(server.graph.planted).toBe(0);
});

test("a reader that stops loses its subscription, its neighbour nothing, and the publisher never waits (W6)", async () => {
  await using server = await openLive();
  const [slow, quick] = await Promise.all([RawSocket.begin(server.webSocketUrl), RawSocket.begin(server.webSocketUrl)]);
  slow.subscribe("a", "subscription{followed}");
  await expect.poll(() => server.graph.followed.size, WAIT).toBe(1);
  const [source] = server.graph.followed;
  quick.subscribe("a", "subscription{followed}");
  await expect.poll(() => server.graph.followed.size, WAIT).toBe(2);
  slow.socket.pause();

  const event = "x".repeat(16 * 1024);
  for (let each = 1; each <= 5_000 && source!.canTake; each += 1) {
    server.graph.publish(event);
    await expect.poll(() => quick.of("next").length, { ...WAIT, interval: 1 }).toBe(each);
  }
  expect(source!.canTake).toBe(false);

  slow.socket.resume();
  expect((await slow.hears("error", "a")).payload).toEqual([
    {
      message: "Events came faster than they were read.",
      extensions: { code: "LIMIT_EXCEEDED", id: expect.any(String) },
    },
  ]);
  expect(slow.of("next", "a").length).toBeGreaterThan(64);
  slow.subscribe("b", "{hello}");
  await slow.hears("complete", "b");
  expect(quick.of("error")).toEqual([]);
  expect(server.live().operations).toBe(1);
});

test("an answer of some MiB comes whole", async () => {
  await using server = await openLive();
  const raw = await RawSocket.begin(server.webSocketUrl);
  raw.subscribe("a", "{big(kib:3000)}");
  raw.subscribe("b", "{hello}");
  expect((await raw.hears("next", "a")).payload.data.big).toHaveLength(3_000 * 1024);
  await raw.hears("complete", "b");
});

test("a peer that takes nothing for a while is cut off (W6)", async () => {
  await using server = await openLive({}, { keepAliveMs: 200 });
  const raw = await RawSocket.begin(server.webSocketUrl);
  raw.socket.pause();
  for (let each = 0; each < 10; each += 1) raw.subscribe(`${each}`, "{big(kib:2048)}");
  await expect.poll(() => server.live(), WAIT).toEqual({ webSockets: 0, operations: 0 });
});

test("a peer that does not answer a ping is cut off, and one that does stays", async () => {
  await using server = await openLive({}, { keepAliveMs: 200 });
  const dead = await RawSocket.open(server.webSocketUrl, { autoPong: false });
  const alive = await RawSocket.begin(server.webSocketUrl);
  dead.say({ type: "connection_init" });
  expect((await dead.closed).code).toBe(1006);
  await expect.poll(() => server.live().webSockets, WAIT).toBe(1);
  alive.subscribe("a", "{hello}");
  await alive.hears("complete", "a");
});

test("answers that nobody reads do not pile up, as no more is read", async () => {
  await using server = await openLive({}, { keepAliveMs: 500 });
  const raw = await RawSocket.begin(server.webSocketUrl);
  raw.socket.pause();
  const refused = { id: "x".repeat(128), type: "subscribe", payload: { query: `{nothing}${" ".repeat(200)}` } };
  for (let each = 0; each < 100_000; each += 1) raw.say(refused);
  await expect.poll(() => server.live().webSockets, WAIT).toBe(0);
});

test.each([
  ["no JSON", "{"],
  ["JSON that is no message", "[]"],
  ["a message of no type", '{"type":"nothing"}'],
  ["a query that is no text", '{"id":"a","type":"subscribe","payload":{"query":1}}'],
  ["a message of the server's", '{"id":"a","type":"next","payload":{}}'],
])("%s closes the socket, and no other", async (_, text) => {
  await using server = await openLive();
  const [rude, polite] = await Promise.all([
    RawSocket.begin(server.webSocketUrl),
    RawSocket.begin(server.webSocketUrl),
  ]);
  rude.socket.send(text);
  const { code, reason } = await rude.closed;
  expect([4400, 4500]).toContain(code);
  expect(reason).not.toContain("node_modules");
  polite.subscribe("a", "{hello}");
  await polite.hears("complete", "a");
});

test("a ping is answered without what it carried, however deep that is", async () => {
  await using server = await openLive();
  const raw = await RawSocket.begin(server.webSocketUrl);
  raw.socket.send(`{"type":"ping","payload":{"a":${"[".repeat(30_000)}${"]".repeat(30_000)}}}`);
  expect(await raw.hears("pong")).toEqual({ type: "pong" });
});

test("deep variables are refused, and the socket stays", async () => {
  await using server = await openLive();
  const raw = await RawSocket.begin(server.webSocketUrl);
  const deep = `${"[".repeat(30_000)}${"]".repeat(30_000)}`;
  raw.socket.send(
    `{"id":"a","type":"subscribe","payload":{"query":"query($a:String){hello(name:$a)}","variables":{"a":${deep}}}}`,
  );
  expect((await raw.hears("error", "a")).payload[0].extensions.code).toBe("LIMIT_EXCEEDED");
  raw.subscribe("b", "{hello}");
  await raw.hears("complete", "b");
});

test("a second introduction, and a second operation of the same id, close the socket", async () => {
  await using server = await openLive();
  const twice = await RawSocket.begin(server.webSocketUrl);
  twice.say({ type: "connection_init" });
  expect((await twice.closed).code).toBe(4429);
  const same = await RawSocket.begin(server.webSocketUrl);
  for (let each = 0; each < 2; each += 1) same.subscribe("a", "subscription{followed}");
  expect((await same.closed).code).toBe(4409);
  await expect.poll(() => server.live(), WAIT).toEqual({ webSockets: 0, operations: 0 });
  expect(server.graph.followed.size).toBe(0);
});

test("nothing is left of a thousand subscribers that broke off (W7)", async () => {
  await using server = await openLive({}, { initMs: 60_000 });
  const visit = async (): Promise<void> => {
    const raw = await RawSocket.begin(server.webSocketUrl);
    raw.subscribe("a", "{slow(ms:50)}");
    raw.subscribe("b", "subscription{followed}");
    raw.subscribe("c", "{hello}");
    await raw.hears("complete", "c");
    server.graph.publish("x");
    raw.socket.terminate();
    await raw.closed;
  };
  for (let round = 0; round < 50; round += 1) await Promise.all(Array.from({ length: 20 }, visit));
  await expect.poll(() => server.live(), WAIT).toEqual({ webSockets: 0, operations: 0 });
  expect(server.graph.followed.size).toBe(0);
}, 120_000);
