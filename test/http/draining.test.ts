import { Agent, get } from "node:http";
import { expect, test } from "vitest";
import { openHttpServer } from "./support/open-http-server.js";

test("a server that closes lets the running request end and takes no other", async () => {
  await using front = await openHttpServer();
  const running = front.query("{slow(ms:600)}");
  await expect.poll(front.begun).toBe(1);
  const closing = front.close();
  await expect(front.send("/health/live")).rejects.toThrow();
  expect((await running).body).toEqual({ data: { slow: "done" } });
  await closing;
});

test("idle connections that are kept alive do not hold the end up", async () => {
  const front = await openHttpServer();
  const agent = new Agent({ keepAlive: true });
  await new Promise<void>((resolve) =>
    get(`${front.url}/health/live`, { agent }, (response) => response.resume().on("end", () => resolve())),
  );
  const began = performance.now();
  await front.close();
  expect(performance.now() - began).toBeLessThan(3_000);
  agent.destroy();
});

test("a connection that never said anything does not hold the end up", async () => {
  const front = await openHttpServer();
  const socket = await front.hold();
  const began = performance.now();
  await front.close();
  expect(performance.now() - began).toBeLessThan(3_000);
  socket.destroy();
});

test("a taken port is refused with a sentence for the operator", async () => {
  await using front = await openHttpServer();
  await expect(openHttpServer({}, {}, front.port)).rejects.toThrow(/is taken: set PORT/);
});
