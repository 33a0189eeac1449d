import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openHttpServer } from "./support/open-http-server.js";
import { rawHttp } from "./support/raw-http.js";

let http: Awaited<ReturnType<typeof openHttpServer>>;
beforeAll(async () => {
  http = await openHttpServer({}, { headMs: 500 });
});
afterAll(() => http.close());

const stillAnswers = async () => expect((await http.query("{polluted}")).status).toBe(200);

test.each([
  ["noise", Buffer.from([0, 1, 2, 3, 255, 13, 10, 13, 10])],
  ["a TLS greeting", Buffer.from("16030100a5010000a1030300", "hex")],
  ["two lengths", "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n"],
  [
    "a length and chunks",
    "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n",
  ],
  ["a negative length", "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n"],
  ["a bad header", "GET / HTTP/1.1\r\nhost: a\r\nbad header: x\r\n\r\n"],
  ["a bare line feed in a header", "GET / HTTP/1.1\r\nhost: a\r\nx: a\nb\r\n\r\n"],
  ["an unknown method", "FROBNICATE / HTTP/1.1\r\nhost: a\r\n\r\n"],
])("%s is answered with 400 in JSON", async (_name, bytes) => {
  const answer = await rawHttp(http.port, bytes);
  expect(answer).toContain("HTTP/1.1 400");
  expect(answer).toContain("BAD_USER_INPUT");
  await stillAnswers();
});

test("a head of 32 KiB is answered with 431", async () => {
  const answer = await rawHttp(http.port, `GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nx: ${"a".repeat(32_768)}\r\n\r\n`);
  expect(answer).toContain("HTTP/1.1 431");
  expect(answer).toContain("LIMIT_EXCEEDED");
});

test("a head that does not come to its end is answered with 408", async () => {
  const answer = await rawHttp(http.port, "GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n", 5_000);
  expect(answer).toContain("HTTP/1.1 408");
});

test("a CONNECT is not carried out", async () => {
  expect(await rawHttp(http.port, "CONNECT attacker.example:443 HTTP/1.1\r\nhost: a\r\n\r\n", 500)).not.toContain(
    " 200",
  );
  await stillAnswers();
});

test.each([
  "POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{",
  "GET /health/live HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n",
  'POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 32\r\n\r\n{"query":"{slow(ms:100)}"}     ',
])("a client that resets its connection in the middle disturbs nobody", async (bytes) => {
  await new Promise<void>((resolve) => {
    const socket = connect(http.port, "127.0.0.1", () => socket.write(bytes, () => socket.resetAndDestroy()));
    socket.on("close", () => resolve()).on("error", () => undefined);
  });
  await stillAnswers();
});

test.each([
  "//",
  "/%",
  "/%00",
  "/graphiql/../../package.json",
  "/graphiql/%2e%2e/%2e%2e/package.json",
  "/graphiql//etc/passwd",
  "*",
  "/health/live/",
])("the target %s is nothing and breaks nothing", async (target) => {
  const answer = await rawHttp(http.port, `GET ${target} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n`);
  expect(answer).toMatch(/HTTP\/1.1 40[04]/);
  expect(answer).not.toContain('rocas",');
});
