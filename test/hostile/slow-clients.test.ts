import { Agent, request } from "node:http";
import { connect, type Socket } from "node:net";
import { expect, test } from "vitest";
import { openHttpServer } from "../http/support/open-http-server.js";

const SOCKETS = 200;
const DRIP_MS = 200;
const LIMITS = { headMs: 2_000, bodyMs: 2_000 };
const SOON = { timeout: 30_000, interval: 200 };
const TOKEN = "f3b1-a-long-random-token";
const HEAD = "POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\n";
const BODY = `${HEAD}content-type: application/json\r\ncontent-length: 100000\r\n\r\n{`;

/** Connections that send a beginning, and from then on one drop at a time. */
async function openSlow(port: number, beginning: string, drop = "x") {
  const open = new Set<Socket>();
  const sockets = Array.from({ length: SOCKETS }, () => connect(port, "127.0.0.1"));
  for (const socket of sockets) {
    open.add(socket);
    socket.on("error", () => undefined).on("data", () => undefined);
    socket.once("close", () => open.delete(socket));
    socket.once("connect", () => socket.write(beginning));
  }
  const drip = setInterval(() => open.forEach((each) => each.writable && each.write(drop)), DRIP_MS);
  await Promise.all(
    sockets.map((each) => new Promise((resolve) => each.once("connect", resolve).once("close", resolve))),
  );
  return {
    open,
    [Symbol.asyncDispose]: async () => {
      clearInterval(drip);
      open.forEach((each) => each.destroy());
    },
  };
}

test.each([
  ["the head", `${HEAD}x: `],
  ["the body", BODY],
])(
  "two hundred clients that send %s byte by byte are let go, and everybody else is answered",
  async (_what, beginning) => {
    await using http = await openHttpServer({}, LIMITS);
    await using slow = await openSlow(http.port, beginning);
    expect(slow.open.size).toBe(SOCKETS);
    expect((await http.query("{polluted}")).status).toBe(200);
    await expect.poll(() => slow.open.size, SOON).toBe(0);
  },
);

test("clients that say nothing are let go", async () => {
  await using http = await openHttpServer({}, LIMITS);
  await using silent = await openSlow(http.port, "", "");
  expect(silent.open.size).toBe(SOCKETS);
  await expect.poll(() => silent.open.size, SOON).toBe(0);
});

test("of two hundred clients without the token 64 are kept, and one that has shown it is not held up", async () => {
  await using http = await openHttpServer({ ROCAS_TOKEN: TOKEN });
  const agent = new Agent({ keepAlive: true });
  const ask = () =>
    new Promise<number>((resolve, reject) => {
      const headers = { authorization: `Bearer ${TOKEN}`, connection: "keep-alive" };
      request({ agent, port: http.port, path: "/health/ready", headers }, (response) =>
        response.resume().once("end", () => resolve(response.statusCode!)),
      )
        .once("error", reject)
        .end();
    });
  expect(await ask()).toBe(200);
  await using slow = await openSlow(http.port, BODY);
  await expect.poll(() => slow.open.size, SOON).toBeLessThanOrEqual(64);
  expect(await ask()).toBe(200);
  agent.destroy();
});

test("a client that sends its request in pieces, but in time, is answered", async () => {
  await using http = await openHttpServer({}, { headMs: 20_000, bodyMs: 20_000 });
  const body = JSON.stringify({ query: "{polluted}" });
  const head = `${HEAD}content-type: application/json\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n`;
  const socket = connect(http.port, "127.0.0.1");
  const closed = new Promise((resolve) => socket.once("close", resolve));
  let answered = "";
  socket.on("data", (chunk: Buffer) => (answered += chunk.toString()));
  for (const piece of (head + body).match(/[^]{1,20}/g)!) {
    socket.write(piece);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await closed;
  expect(answered).toContain("HTTP/1.1 200");
});
