import { connect } from "node:net";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openLive } from "./support/open-live.js";
import { rawHttp } from "./support/raw-http.js";
import { RawSocket, refusedUpgrade } from "./support/raw-socket.js";

const TOKEN = "f3b1-a-long-random-token";

describe("without a token", () => {
  let server: Awaited<ReturnType<typeof openLive>>;
  beforeAll(async () => {
    server = await openLive({ ROCAS_ALLOWED_ORIGINS: "https://good.example", ROCAS_ALLOWED_HOSTS: "rocas.example" });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test.each(["localhost:4000", "rocas.example"])("a WebSocket to %s is opened", async (host) => {
    const raw = await RawSocket.open(server.webSocketUrl, { headers: { host } });
    raw.socket.close();
    expect((await raw.closed).code).toBe(1005);
  });

  test.each(["attacker.example:4000", "127.0.0.1.nip.example"])("a WebSocket to %s is misdirected", async (host) => {
    const { status, body, headers } = await refusedUpgrade(server.webSocketUrl, { headers: { host } });
    expect(status).toBe(421);
    expect(body.errors[0].extensions).toEqual({ code: "FORBIDDEN", id: headers["x-request-id"] });
    expect(headers["x-content-type-options"]).toBe("nosniff");
  });

  test.each(["https://good.example", "self"])("a page of %s may open one", async (origin) => {
    const raw = await RawSocket.open(server.webSocketUrl, { origin: origin === "self" ? server.url : origin });
    raw.socket.close();
    await raw.closed;
  });

  test.each(["https://evil.example", "https://good.example.evil.example", "null", "http://127.0.0.1:1"])(
    "a page of %s may not, whatever cookie it brings",
    async (origin) => {
      const { status, body } = await refusedUpgrade(server.webSocketUrl, { origin, headers: { cookie: "session=1" } });
      expect(status).toBe(403);
      expect(body.errors[0].extensions.code).toBe("FORBIDDEN");
    },
  );

  test("there is none elsewhere", async () => {
    const { status, body } = await refusedUpgrade(`${server.webSocketUrl}/stream`);
    expect(status).toBe(404);
    expect(body.errors[0].extensions.code).toBe("NOT_FOUND");
  });

  test.each([
    ["a POST", "POST /graphql HTTP/1.1", "content-length: 0"],
    ["another version", "GET /graphql HTTP/1.1", "sec-websocket-version: 7"],
    ["no key", "GET /graphql HTTP/1.1", "sec-websocket-version: 13"],
  ])("%s is no handshake", async (_, start, header) => {
    const answer = await rawHttp(
      server.port,
      `${start}\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n${header}\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('"code":"BAD_USER_INPUT"');
  });

  test("a socket of another subprotocol is told so", async () => {
    const raw = await RawSocket.open(server.webSocketUrl, {}, "graphql-ws").catch((error: Error) => error);
    if (raw instanceof RawSocket) expect((await raw.closed).code).toBe(4406);
    else expect(raw.message).toContain("subprotocol");
  });

  test("a request that offers another protocol goes on without it", async () => {
    const body = JSON.stringify({ query: "{hello}" });
    const head = `POST /graphql HTTP/1.1\r\nhost: localhost\r\nconnection: Upgrade, HTTP2-Settings, close\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAoAAAAAIAAAAA\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
    const socket = connect(server.port, "127.0.0.1");
    let answer = "";
    socket.on("data", (chunk: Buffer) => (answer += chunk.toString()));
    socket.write(head + body.slice(0, 5));
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.write(body.slice(5));
    await once(socket, "close");
    expect(answer).toContain("HTTP/1.1 200");
    expect(answer).toContain('{"data":{"hello":"hello you"}}');
  });
});

describe("with a token", () => {
  let server: Awaited<ReturnType<typeof openLive>>;
  beforeAll(async () => {
    server = await openLive({ ROCAS_TOKEN: TOKEN });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test.each(["Authorization", "authorization"])("a peer that gives it as %s is let in", async (name) => {
    const raw = await RawSocket.begin(server.webSocketUrl, { [name]: `Bearer ${TOKEN}` });
    raw.subscribe("a", "{hello}");
    expect((await raw.hears("next", "a")).payload).toEqual({ data: { hello: "hello you" } });
    raw.socket.close();
  });

  test.each([
    undefined,
    {},
    { Authorization: "" },
    { Authorization: "Bearer wrong" },
    { Authorization: `Bearer ${TOKEN.slice(0, -1)}` },
    { Authorization: TOKEN },
    { Authorization: [`Bearer ${TOKEN}`] },
    { token: TOKEN },
  ])("a peer that says %j is not", async (payload) => {
    const raw = await RawSocket.open(server.webSocketUrl);
    raw.say({ type: "connection_init", payload });
    expect((await raw.closed).code).toBe(4403);
    expect(raw.messages).toEqual([]);
  });

  test("a peer that does not introduce itself may ask nothing", async () => {
    const raw = await RawSocket.open(server.webSocketUrl);
    raw.subscribe("a", "{hello}");
    expect((await raw.closed).code).toBe(4401);
  });

  test("a gateway may send it with the upgrade", async () => {
    const raw = await RawSocket.open(server.webSocketUrl, { headers: { authorization: `Bearer ${TOKEN}` } });
    raw.say({ type: "connection_init" });
    await raw.hears("connection_ack");
    raw.socket.close();
  });

  test("a wrong one there is refused at once", async () => {
    const { status, headers } = await refusedUpgrade(server.webSocketUrl, { headers: { authorization: "Bearer x" } });
    expect(status).toBe(401);
    expect(headers["www-authenticate"]).toBe("Bearer");
  });

  test("it is not taken from the address", async () => {
    const raw = await RawSocket.open(`${server.webSocketUrl}?token=${TOKEN}&Authorization=Bearer%20${TOKEN}`);
    raw.say({ type: "connection_init" });
    expect((await raw.closed).code).toBe(4403);
  });
});

test("sockets that have not shown the token count among an address's strangers, and one that has does not", async () => {
  await using server = await openLive({ ROCAS_TOKEN: TOKEN }, { maxStrangers: 2, initMs: 60_000 });
  const [first] = await Promise.all([RawSocket.open(server.webSocketUrl), RawSocket.open(server.webSocketUrl)]);
  await expect(RawSocket.open(server.webSocketUrl)).rejects.toThrow();
  first.say({ type: "connection_init", payload: { Authorization: `Bearer ${TOKEN}` } });
  await first.hears("connection_ack");
  await expect(RawSocket.open(server.webSocketUrl)).resolves.toBeInstanceOf(RawSocket);
});
