import { afterAll, beforeAll, expect, test } from "vitest";
import { openHttpServer } from "./support/open-http-server.js";
import { rawHttp } from "./support/raw-http.js";

let http: Awaited<ReturnType<typeof openHttpServer>>;
beforeAll(async () => {
  http = await openHttpServer({ ROCAS_ALLOWED_HOSTS: "rocas.example" });
});
afterAll(() => http.close());

const ask = (path: string, ...hosts: string[]) =>
  rawHttp(
    http.port,
    `GET ${path} HTTP/1.1\r\n${hosts.map((host) => `host: ${host}\r\n`).join("")}connection: close\r\n\r\n`,
  );

test.each([
  "localhost",
  "localhost:4000",
  "127.0.0.1:4000",
  "127.1.2.3",
  "[::1]:4000",
  "LOCALHOST",
  "rocas.example",
  "Rocas.Example:443",
])("a request to %s is answered", async (host) => {
  expect(await ask("/own/x", host)).toContain("HTTP/1.1 200");
});

test.each([
  "attacker.example:4000",
  "127.0.0.1.nip.example",
  "localhost.attacker.example",
  "rocas.example.attacker.example",
  "rocas.example@attacker.example",
  "0.0.0.0:4000",
  "",
])("a request to %s is misdirected", async (host) => {
  const answer = await ask("/own/x", host);
  expect(answer).toContain("HTTP/1.1 421");
  expect(answer).toContain("FORBIDDEN");
});

test.each([
  "/",
  "/favicon.ico",
  "/health",
  "/health/",
  "/health/live/",
  "/graphql",
  "/graphiql/index.html",
  "/own/x",
  "/guarded/x",
  "/nothing",
])("%s is behind the check", async (path) => {
  expect(await ask(path, "attacker.example")).toContain("HTTP/1.1 421");
});

test("an attempt to open a WebSocket is behind the check", async () => {
  const head = "GET /graphql HTTP/1.1\r\nhost: attacker.example\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n";
  expect(await rawHttp(http.port, head)).toContain("HTTP/1.1 421");
});

test("no host and two hosts are refused", async () => {
  expect(await ask("/own/x")).toContain("HTTP/1.1 421");
  expect(await ask("/own/x", "localhost", "attacker.example")).toMatch(/HTTP\/1.1 4\d\d/);
  expect(await ask("/health/live", "localhost", "attacker.example")).toMatch(/HTTP\/1.1 4\d\d/);
});

test("a request to a proxy is refused", async () => {
  expect(await ask("http://attacker.example/graphql", "localhost")).toContain("HTTP/1.1 400");
});
