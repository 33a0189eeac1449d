import { expect, test } from "vitest";
import { openRouter } from "./support/open-router.js";
import { raw, statusOf } from "./support/raw-http.js";

const HEAD = "POST /predict/iris/live HTTP/1.1\r\n";

async function openHostile() {
  const router = await openRouter();
  const replica = await router.replica();
  const canary = await router.replica();
  router.serve([replica.endpoint]);
  return {
    ...router,
    asked: replica.asked,
    canary,
    canaryHost: canary.endpoint.slice("http://".length),
    [Symbol.asyncDispose]: router[Symbol.asyncDispose],
  };
}

test("an ordinary request by hand is answered", async () => {
  await using router = await openHostile();

  const answer = await raw(router.port, `${HEAD}Host: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\n[]`);

  expect([statusOf(answer), router.asked.length]).toEqual([200, 1]);
});

for (const path of [
  "/predict/x@CANARY/&deploy=y",
  "/predict/CANARY/live",
  "/predict/iris/live@CANARY",
  "/predict/iris/live%40CANARY",
  "/predict/iris/live/",
  "/predict/iris/live/..",
  "/predict/iris//live",
  "/predict//iris/live",
  "/predict/../update",
  "/predict/iris/../update",
  "/predict/iris/%2e%2e",
  "/predict/a%2f../b",
  "/predict/iris%2flive",
  "/predict/iris%2flive/",
  "/predict/iris/live%2f..%2fupdate",
  "/predict/iris/live%00",
  "/predict/iris/live%0d%0aX-Evil:%20y",
  "/predict/iris/live%252e",
  "/predict/iris/live%",
  "/predict/iris/live%ff",
  "/predict/iris/a.b",
  "/predict/iris/localhost#",
  "/predict/iris/live#",
  "/predict/iris/live;x=1",
  "/predict/iris/LIVE",
  "/predict/IRIS/live",
  "/predict/iris\\live/x",
  "/predict/__proto__/constructor",
  "/predict/iris/",
  "/predict/",
  "/predict",
  "//evil/",
  "//evil/predict/iris/live",
  "/predict/iris/live\u00e9",
  `/predict/iris/${"a".repeat(9_000)}`,
])
  test(`${path.slice(0, 60)} reaches no replica`, async () => {
    await using router = await openHostile();
    const target = path.replace("CANARY", router.canaryHost);

    const answer = await raw(
      router.port,
      `POST ${target} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\n[]`,
    );

    expect([400, 404]).toContain(statusOf(answer));
    expect([router.asked, router.canary.asked]).toEqual([[], []]);
  });

test("the Host header chooses nothing", async () => {
  await using router = await openHostile();

  const answer = await raw(
    router.port,
    `${HEAD}Host: ${router.canaryHost}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n[]`,
  );

  expect(statusOf(answer)).toBe(200);
  expect(router.canary.asked).toEqual([]);
  expect(router.asked[0]!.headers.host).not.toBe(router.canaryHost);
});

const AMBIGUOUS: [string, string][] = [
  ["an absolute address", "POST http://CANARY/predict/iris/live HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n[]"],
  [
    "an absolute address of our own",
    "POST http://x/predict/iris/live HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n[]",
  ],
  ["an asterisk", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n"],
  ["two Host headers", `${HEAD}Host: x\r\nHost: CANARY\r\nContent-Length: 2\r\n\r\n[]`],
  ["no Host header", `${HEAD}Content-Length: 2\r\n\r\n[]`],
  ["a length and chunks", `${HEAD}Host: x\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG`],
  [
    "chunks and a length",
    `${HEAD}Host: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n8\r\nSMUGGLED\r\n0\r\n\r\n`,
  ],
  ["two lengths", `${HEAD}Host: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n[]x`],
  ["two equal lengths", `${HEAD}Host: x\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n[]`],
  ["a list of lengths", `${HEAD}Host: x\r\nContent-Length: 2, 2\r\n\r\n[]`],
  ["a signed length", `${HEAD}Host: x\r\nContent-Length: +2\r\n\r\n[]`],
  ["a negative length", `${HEAD}Host: x\r\nContent-Length: -2\r\n\r\n[]`],
  ["a hexadecimal length", `${HEAD}Host: x\r\nContent-Length: 0x2\r\n\r\n[]`],
  ["an obfuscated coding", `${HEAD}Host: x\r\nTransfer-Encoding: xchunked\r\n\r\n2\r\n[]\r\n0\r\n\r\n`],
  ["a coding after chunked", `${HEAD}Host: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n2\r\n[]\r\n0\r\n\r\n`],
  ["a space before a colon", `${HEAD}Host: x\r\nTransfer-Encoding : chunked\r\nContent-Length: 2\r\n\r\n[]`],
  [
    "a folded header",
    `${HEAD}Host: x\r\nX-Y: a\r\n b\r\nTransfer-Encoding:\r\n chunked\r\nContent-Length: 2\r\n\r\n[]`,
  ],
  ["a bad chunk size", `${HEAD}Host: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n[]\r\n0\r\n\r\n`],
  ["a chunk longer than its size", `${HEAD}Host: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n[]\r\n0\r\n\r\n`],
  ["a huge chunk size", `${HEAD}Host: x\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n[]\r\n0\r\n\r\n`],
  ["a NUL in a header", `${HEAD}Host: x\r\nX-Y: a\u0000b\r\nContent-Length: 2\r\n\r\n[]`],
  ["a bare CR in a header", `${HEAD}Host: x\r\nX-Y: a\rTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n[]`],
  [
    "chunks in HTTP/1.0",
    "POST /predict/iris/live HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n\r\n",
  ],
  ["bare line feeds", "POST /predict/iris/live HTTP/1.1\nHost: x\nContent-Length: 2\n\n[]"],
  ["a bare line feed after a header", `${HEAD}Host: x\nContent-Length: 2\r\n\r\n[]`],
  ["a bare line feed after a chunk size", `${HEAD}Host: x\r\nTransfer-Encoding: chunked\r\n\r\n2\n[]\r\n0\r\n\r\n`],
  ["a bare line feed after a chunk", `${HEAD}Host: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\n0\r\n\r\n`],
  [
    "a bare line feed in a chunk's extension",
    `${HEAD}Host: x\r\nTransfer-Encoding: chunked\r\n\r\n2;a\nx\r\n[]\r\n0\r\n\r\n`,
  ],
  ["garbage", "\u0016\u0003\u0001garbage\r\n\r\n"],
  ["an unknown version", "POST /predict/iris/live HTTP/9.9\r\nHost: x\r\nContent-Length: 2\r\n\r\n[]"],
  ["a target with a space", "POST /predict/iris/live x HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n[]"],
  ["headers without end", `${HEAD}Host: x\r\nX-Y: ${"a".repeat(20_000)}\r\n\r\n`],
];

for (const [what, bytes] of AMBIGUOUS)
  test(`${what} reaches no replica whole, and the server lives`, async () => {
    await using router = await openHostile();

    const answer = await raw(router.port, Buffer.from(bytes.replace("CANARY", router.canaryHost), "latin1"), 700);

    expect(answer).not.toMatch(/^HTTP\/1\.1 2/m);
    expect([router.asked, router.canary.asked]).toEqual([[], []]);
    expect((await router.predict()).status).toBe(200);
  });

test("a request in HTTP/1.0 with a length is answered", async () => {
  await using router = await openHostile();

  const answer = await raw(router.port, "POST /predict/iris/live HTTP/1.0\r\nHost: x\r\nContent-Length: 2\r\n\r\n[]");

  expect(statusOf(answer)).toBe(200);
});

test("what follows a request on its connection is a request of its own, never part of the first", async () => {
  await using router = await openHostile();
  const second = "POST /predict/iris/none HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

  const answer = await raw(router.port, `${HEAD}Host: x\r\nContent-Length: 2\r\n\r\n[]${second}`);

  expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 404"]);
  expect(router.asked).toHaveLength(1);
});

test("names with line breaks do not become headers", async () => {
  await using router = await openRouter();
  const { endpoint } = await router.replica();
  router.serve([endpoint], {
    replicas: [{ id: "a\r\nX-Evil: y", endpoint, movers: ["clf/v1\r\nX-Evil: y", "é"] }],
  });

  const { headers } = await router.predict();

  expect(headers.get("x-evil")).toBeNull();
  expect(headers.get("x-rocas-replica")).toBe("a%0D%0AX-Evil:%20y");
});

for (const endpoint of [
  "http://user@127.0.0.1:1",
  "http://127.0.0.1:1/path",
  "file:///etc/passwd",
  "https://x",
  "x",
  "http://127.0.0.1:1?x",
])
  test(`${endpoint} never gets into the replica table`, async () => {
    await using router = await openRouter();
    const { endpoint: good } = await router.replica();
    router.serve([good]);

    expect(() => router.serve([endpoint])).toThrow();

    expect((await router.predict()).status).toBe(200);
  });
