import { Agent, get } from "node:http";
import { expect, test } from "vitest";
import { openHttpServer } from "./support/open-http-server.js";

test("a server that closes lets the running request end and takes no other", async () => {
  await using http = await openHttpServer();
  const running = http.query("{slow(ms:600)}");
  await expect.poll(http.begun).toBe(1);
  const closing = http.close();
  await expect(http.send("/health/live")).rejects.toThrow();
  expect((await running).body).toEqual({ data: { slow: "done" } });
  await closing;
});

test("idle connections that are kept alive do not hold the end up", async () => {
  const http = await openHttpServer();
  const agent = new Agent({ keepAlive: true });
  await new Promise<void>((resolve) =>
    get(`${http.url}/health/live`, { agent }, (response) => response.resume().on("end", () => resolve())),
  );
  const began = performance.now();
  await http.close();
  expect(performance.now() - began).toBeLessThan(3_000);
  agent.destroy();
});

test("a connection that never said anything does not hold the end up", async () => {
  const http = await openHttpServer();
  const socket = await http.hold();
  const began = performance.now();
  await http.close();
  expect(performance.now() - began).toBeLessThan(3_000);
  socket.destroy();
});

test("a taken port is refused with a sentence for the operator", async () => {
  await using http = await openHttpServer();
  await expect(openHttpServer({}, {}, http.port)).rejects.toThrow(/is taken: set PORT/);
});
