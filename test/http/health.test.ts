import { afterAll, beforeAll, expect, test } from "vitest";
import { openHttpServer } from "./support/open-http-server.js";
import { rawHttp } from "./support/raw-http.js";

const TOKEN = "0123456789abcdef0123456789abcdef";
const POD = "10.42.0.17:4000";

let http: Awaited<ReturnType<typeof openHttpServer>>;
beforeAll(async () => {
  http = await openHttpServer({ ROCAS_TOKEN: TOKEN });
});
afterAll(() => http.close());

const ask = (request: string, ...headers: string[]) =>
  rawHttp(http.port, `${request}\r\n${[...headers, "connection: close"].join("\r\n")}\r\n\r\n`);
const bodyOf = (answer: string) => answer.slice(answer.indexOf("\r\n\r\n") + 4);

const STRANGERS = [
  ["a pod's address", "HTTP/1.1", [`host: ${POD}`]],
  ["an address of version 6", "HTTP/1.1", ["host: [fd00::17]:4000"]],
  ["a load balancer's name", "HTTP/1.1", ["host: lb.internal.example"]],
  ["a Host that is no host", "HTTP/1.1", ["host: under_score/%"]],
  ["no Host, as HTTP/1.0 may", "HTTP/1.0", []],
  ["a wrong token", "HTTP/1.1", [`host: ${POD}`, "authorization: Bearer wrong"]],
  ["the token, at a foreign name", "HTTP/1.1", [`host: ${POD}`, `authorization: Bearer ${TOKEN}`]],
  ["a page of another origin", "HTTP/1.1", ["host: localhost", "origin: https://attacker.example"]],
] as const;

test.each(STRANGERS)("%s hears whether it is well, and nothing else", async (_, version, headers) => {
  const live = await ask(`GET /health/live ${version}`, ...headers);
  const ready = await ask(`GET /health/ready?from=probe ${version}`, ...headers);

  expect([live, ready]).toEqual([expect.stringContaining(" 200 "), expect.stringContaining(" 200 ")]);
  expect([bodyOf(live), bodyOf(ready)]).toEqual(['{"ok":true}', '{"ok":true}']);
  expect(live + ready).not.toMatch(/access-control|server:|x-powered-by|rocas/i);
});

test.each(STRANGERS)("%s may ask by HEAD", async (_, version, headers) => {
  const ready = await ask(`HEAD /health/ready ${version}`, ...headers);

  expect(ready).toContain(" 200 ");
  expect(bodyOf(ready)).toBe("");
});

test("who carries the token hears of what readiness consists", async () => {
  const { body } = await http.send("/health/ready", { headers: { authorization: `Bearer ${TOKEN}` } });

  expect(body).toEqual({ ok: true, store: "ok" });
});

test("a server that is not ready says 503 to strangers, without the reason", async () => {
  await using sick = await openHttpServer({}, {}, 0, () =>
    Promise.resolve({ ok: false, detail: { store: "does not answer" } }),
  );

  const told = await rawHttp(sick.port, `GET /health/ready HTTP/1.1\r\nhost: ${POD}\r\nconnection: close\r\n\r\n`);

  expect(told).toContain(" 503 ");
  expect(bodyOf(told)).toBe('{"ok":false}');
  expect((await sick.send("/health/ready")).body).toEqual({ ok: false, store: "does not answer" });
});

test.each(["POST", "PUT", "DELETE"])("%s is no question of health, and behind all checks", async (method) => {
  expect(await ask(`${method} /health/live HTTP/1.1`, `host: ${POD}`, "content-length: 0")).toContain(" 421 ");
  expect(await ask(`${method} /health/live HTTP/1.1`, "host: localhost", "content-length: 0")).toContain(" 401 ");
});
