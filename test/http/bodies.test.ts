import { brotliCompressSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openHttpServer } from "./support/open-http-server.js";
import { rawHttp } from "./support/raw-http.js";

let http: Awaited<ReturnType<typeof openHttpServer>>;
beforeAll(async () => {
  http = await openHttpServer();
});
afterAll(() => http.close());

const QUERY = JSON.stringify({ query: "{polluted}" });
const badInput = (status: number) => ({ status, body: { errors: [{ extensions: { code: "BAD_USER_INPUT" } }] } });

test("a list of operations is refused", async () => {
  expect(await http.post(`[${QUERY}]`)).toMatchObject(badInput(400));
});

test.each(["", "{", "null", "1", `{"query":1}`, `{"query":""}`, `{"query":"{polluted}","variables":[]}`, "{}"])(
  "the body %s is refused in JSON",
  async (body) => {
    expect(await http.post(body)).toMatchObject(badInput(400));
  },
);

test("bytes that are no UTF-8 are refused", async () => {
  const body = Buffer.concat([Buffer.from(`{"query":"{polluted} #`), Buffer.from([0xff, 0xfe]), Buffer.from(`"}`)]);
  const init = { method: "POST", headers: { "content-type": "application/json" }, body };
  expect(await http.send("/graphql", init)).toMatchObject(badInput(400));
});

test.each(["application/json", "application/json; charset=utf-8", `application/json;charset="UTF-8"`])(
  "the type %s is taken",
  async (type) => {
    expect((await http.post(QUERY, { "content-type": type })).body.data.polluted).toBe("undefined");
  },
);

test.each([
  "application/json; charset=utf-7",
  "application/json; charset=utf-16",
  "text/plain",
  "nonsense",
  "multipart/form-data",
])("the type %s is refused", async (type) => {
  expect(await http.post(QUERY, { "content-type": type })).toMatchObject(badInput(415));
});

test("a compressed body is refused before it grows", async () => {
  const body = brotliCompressSync(Buffer.alloc(10_000_000, " "));
  const headers = { "content-type": "application/json", "content-encoding": "br" };
  expect(await http.send("/graphql", { method: "POST", headers, body })).toMatchObject(badInput(415));
});

test("a body of 256 KiB is taken, and one byte more is refused", async () => {
  const padded = (bytes: number) => QUERY + " ".repeat(bytes - QUERY.length);
  expect((await http.post(padded(256 * 1024))).status).toBe(200);
  const refused = await http.post(padded(256 * 1024 + 1));
  expect(refused).toMatchObject({ status: 413, body: { errors: [{ extensions: { code: "LIMIT_EXCEEDED" } }] } });
});

test("a large body without a length is refused on the way", async () => {
  const chunk = `10000\r\n${" ".repeat(65_536)}\r\n`;
  const head =
    "POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
  expect(await rawHttp(http.port, head + chunk.repeat(8))).toContain("HTTP/1.1 413");
});

test("a body that is longer than its length says does not disturb the server", async () => {
  const head =
    "POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n";
  expect(await rawHttp(http.port, head + "x".repeat(1_000_000))).toContain("HTTP/1.1 400");
  expect((await http.post(QUERY)).status).toBe(200);
});

test("a body that comes too slowly is answered with 408", async () => {
  await using impatient = await openHttpServer({}, { bodyMs: 200 });
  const head =
    "POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{";
  const answer = await rawHttp(impatient.port, head);
  expect(answer).toContain("HTTP/1.1 408");
  expect(answer).toContain("LIMIT_EXCEEDED");
});

test("what is neither GraphQL nor anything else here is 404 in JSON", async () => {
  const { status, body } = await http.send("/nothing");
  expect(status).toBe(404);
  expect(body.errors[0].extensions.code).toBe("NOT_FOUND");
});

test("other methods are refused with those that are allowed", async () => {
  const { status, headers } = await http.send("/graphql", { method: "DELETE" });
  expect(status).toBe(405);
  expect(headers.get("allow")).toBe("GET, POST");
});
