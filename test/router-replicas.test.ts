import { connect, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { codeOf, openRouter } from "./support/open-router.js";
import { raw, statusOf } from "./support/raw-http.js";

const NOBODY = "http://127.0.0.1:1";
const HEAD = "POST /predict/iris/live HTTP/1.1\r\nHost: x\r\n";

const by = (answer: Response) => answer.headers.get("x-rocas-replica");
const times = <T>(count: number, act: () => Promise<T>) => Promise.all(Array.from({ length: count }, act));

test("requests go to the replica with the fewest in flight", async () => {
  await using router = await openRouter();
  const slow = await router.replica((_request, response) => void setTimeout(() => response.end(), 500));
  const quick = await router.replica();
  router.serve([slow.endpoint, quick.endpoint]);

  const first = await times(2, () => router.predict());
  const held = router.predict();
  const next = router.predict();
  await pause(50);
  const later = [await router.predict(), await router.predict(), await router.predict()];

  expect(new Set(first.map(by))).toEqual(new Set(["replica-0", "replica-1"]));
  expect(new Set(later.map(by))).toEqual(new Set(["replica-1"]));
  expect((await Promise.all([held, next])).map(({ status }) => status)).toEqual([200, 200]);
});

test("equal replicas take turns", async () => {
  await using router = await openRouter();
  const replicas = [await router.replica(), await router.replica(), await router.replica()];
  router.serve(replicas.map(({ endpoint }) => endpoint));

  for (let n = 0; n < 9; n++) await router.predict();

  expect(replicas.map(({ asked }) => asked.length)).toEqual([3, 3, 3]);
});

test("where a replica cannot be reached another one answers, with the body untouched", async () => {
  await using router = await openRouter();
  const { endpoint, asked } = await router.replica();
  router.serve([NOBODY, endpoint]);

  const answers = [await router.predict("[1]"), await router.predict("[1]"), await router.predict("[1]")];

  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(asked.map(({ body }) => body)).toEqual(["[1]", "[1]", "[1]"]);
});

test("where none can be reached the answer is 503", async () => {
  await using router = await openRouter();
  router.serve([NOBODY]);

  const answer = await router.predict();

  expect([answer.status, answer.headers.get("retry-after"), await codeOf(answer)]).toEqual([
    503,
    "2",
    "RUNTIME_UNAVAILABLE",
  ]);
});

test("a request of which something was sent is not repeated", async () => {
  await using router = await openRouter();
  let connections = 0;
  const breaking = () =>
    router.socketReplica((socket) => {
      connections += 1;
      socket.once("data", () => socket.resetAndDestroy());
    });
  router.serve([(await breaking()).endpoint, (await breaking()).endpoint]);

  const answer = await router.predict();

  expect([answer.status, connections]).toEqual([502, 1]);
});

test("a replica that accepts and never answers is given up in time", async () => {
  await using router = await openRouter({ limits: { answerMs: 200 } });
  const { endpoint } = await router.socketReplica(() => undefined);
  router.serve([endpoint]);

  const answer = await router.predict();

  expect([answer.status, await codeOf(answer)]).toEqual([504, "RUNTIME_UNAVAILABLE"]);
});

test("a replica that accepts and never reads is given up in time", async () => {
  await using router = await openRouter({ limits: { silentMs: 300 } });
  const { endpoint } = await router.socketReplica((socket) => socket.pause());
  router.serve([endpoint]);

  const answer = await raw(router.port, `${HEAD}Content-Length: 16000000\r\n\r\n${"x".repeat(16_000_000)}`, 5_000);

  expect(statusOf(answer)).toBe(504);
});

test("after three failures a replica is left out, and tried again by one request after a while", async () => {
  await using router = await openRouter({ limits: { ejectedMs: 1_500, answerMs: 300 } });
  let heals = false;
  const asked = { bad: 0 };
  const bad = await router.replica((_request, response) => {
    asked.bad += 1;
    if (heals) response.end();
  });
  router.serve([bad.endpoint]);
  for (let n = 0; n < 3; n++) await router.predict();

  expect((await router.predict()).status).toBe(503);
  expect(asked.bad).toBe(3);
  await pause(1_600);
  expect((await times(4, () => router.predict())).map(({ status }) => status).sort()).toEqual([503, 503, 503, 504]);
  heals = true;
  await pause(1_600);
  await router.predict();

  expect((await times(4, () => router.predict())).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
});

test("a replica left out leaves the others all requests", async () => {
  await using router = await openRouter({ limits: { answerMs: 500 } });
  const silent = await router.socketReplica(() => undefined);
  const good = await router.replica();
  router.serve([silent.endpoint, good.endpoint]);
  for (let n = 0; n < 6; n++) await router.predict();

  const answers = await times(20, () => router.predict());

  expect(new Set(answers.map(by))).toEqual(new Set(["replica-1"]));
});

test("a replica whose code fails is not left out: its 500 is an answer", async () => {
  await using router = await openRouter();
  const { endpoint, asked } = await router.replica((_request, response) => void response.writeHead(500).end("no"));
  router.serve([endpoint]);

  for (let n = 0; n < 6; n++) await router.predict();

  expect(asked).toHaveLength(6);
});

test("clients that leave do not count against the replica", async () => {
  await using router = await openRouter();
  const slow = await router.replica((_request, response) => void setTimeout(() => response.end(), 150));
  router.serve([slow.endpoint]);

  await Promise.allSettled(Array.from({ length: 6 }, () => router.predict("[]", { signal: AbortSignal.timeout(50) })));

  expect((await router.predict()).status).toBe(200);
});

test("a client that leaves frees the replica of its request", async () => {
  await using router = await openRouter();
  let gone = false;
  const { endpoint } = await router.socketReplica((socket) => socket.resume().once("close", () => (gone = true)));
  router.serve([endpoint]);

  await router.predict("[]", { signal: AbortSignal.timeout(100) }).catch(() => undefined);

  await expect.poll(() => gone).toBe(true);
});

test("an answer that breaks off half-way never looks whole", async () => {
  await using router = await openRouter();
  const { endpoint } = await router.socketReplica((socket) =>
    socket.once("data", () => {
      socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nsetos\r\n");
      setTimeout(() => socket.resetAndDestroy(), 100);
    }),
  );
  router.serve([endpoint]);

  const answer = await router.predict();

  expect(answer.status).toBe(200);
  await expect(answer.text()).rejects.toThrow();
});

for (const [what, bytes] of [
  ["no HTTP", "hello\r\n\r\n"],
  ["a bad length", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"],
  ["a length and chunks", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
  ["a switch of protocols", "HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"],
  ["headers without end", `HTTP/1.1 200 OK\r\nX-Y: ${"a".repeat(70_000)}\r\n`],
  ["an end before the answer", ""],
] as const)
  test(`${what} from a replica is 502, and the server lives`, async () => {
    await using router = await openRouter();
    const { endpoint } = await router.socketReplica((socket) => socket.once("data", () => socket.end(bytes)));
    router.serve([endpoint]);

    expect((await router.predict()).status).toBe(502);
    expect((await router.predict()).status).toBe(502);
  });

test("a broken chunk in an answer breaks it off, and the server lives", async () => {
  await using router = await openRouter();
  const { endpoint } = await router.socketReplica((socket) =>
    socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\nZZ\r\n")),
  );
  router.serve([endpoint]);

  await expect(router.predict().then((answer) => answer.text())).rejects.toThrow();
  expect((await router.predict("[]", { path: "/predict/iris/none" })).status).toBe(404);
});

test("a replica that informs before it answers is waited for", async () => {
  await using router = await openRouter();
  const { endpoint } = await router.socketReplica((socket) =>
    socket.once("data", () =>
      socket.end("HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
    ),
  );
  router.serve([endpoint]);

  expect(await (await router.predict()).text()).toBe("ok");
});

test("an answer that comes before the body is through reaches the client", async () => {
  await using router = await openRouter();
  const { endpoint } = await router.socketReplica((socket) =>
    socket.once("data", () => socket.end("HTTP/1.1 422 No\r\nContent-Length: 2\r\n\r\nno")),
  );
  router.serve([endpoint]);

  const answer = await raw(router.port, `${HEAD}Content-Length: 1000000\r\n\r\n${"x".repeat(100_000)}`, 500);

  expect(statusOf(answer)).toBe(422);
});

test("a body above the limit is refused before a replica hears of it", async () => {
  await using router = await openRouter();
  const { endpoint, asked } = await router.replica();
  router.serve([endpoint]);

  const answer = await raw(router.port, `${HEAD}Content-Length: ${16 * 1024 * 1024 + 1}\r\n\r\nx`, 300);

  expect([statusOf(answer), asked.length]).toEqual([413, 0]);
});

test("a body of exactly the limit passes", async () => {
  await using router = await openRouter();
  const { endpoint, asked } = await router.replica();
  router.serve([endpoint]);

  const answer = await router.predict(Buffer.alloc(16 * 1024 * 1024, 120));

  expect([answer.status, asked[0]!.body.length]).toEqual([200, 16 * 1024 * 1024]);
});

test("chunks are counted on their way, and above the limit no replica gets a whole request", async () => {
  await using router = await openRouter({ limits: { bodyBytes: 100_000 } });
  const { endpoint, asked } = await router.replica();
  router.serve([endpoint]);
  const chunk = `8000\r\n${"x".repeat(0x8000)}\r\n`;

  const answer = await raw(router.port, `${HEAD}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(5)}0\r\n\r\n`, 500);

  expect([statusOf(answer), asked.length]).toEqual([413, 0]);
});

test("above the number in flight a request is refused, and taken again once there is room", async () => {
  await using router = await openRouter({ limits: { inFlight: 2 } });
  const { endpoint } = await router.replica((_request, response) => void setTimeout(() => response.end(), 200));
  router.serve([endpoint]);

  const answers = await times(5, () => router.predict());
  const refused = answers.filter(({ status }) => status === 503);

  expect(answers.filter(({ status }) => status === 200)).toHaveLength(2);
  expect(refused.map(({ headers }) => headers.get("retry-after"))).toEqual(["1", "1", "1"]);
  expect((await router.predict()).status).toBe(200);
});

test("a client that falls silent in its body is cut off, and does not count against the replica", async () => {
  await using router = await openRouter({ limits: { silentMs: 150 } });
  const { endpoint } = await router.replica();
  router.serve([endpoint]);

  const answers = await times(4, () => raw(router.port, `${HEAD}Content-Length: 10\r\n\r\n12345`, 1_000));

  expect(answers.map(statusOf)).toEqual([408, 408, 408, 408]);
  expect((await router.predict()).status).toBe(200);
});

test("a body that trickles in for too long is cut off", async () => {
  await using router = await openRouter({ limits: { bodyMs: 400 } });
  const { endpoint } = await router.replica();
  router.serve([endpoint]);
  const socket = connect(router.port, "127.0.0.1", () => socket.write(`${HEAD}Content-Length: 1000\r\n\r\n`));
  const trickle = setInterval(() => socket.write("x"), 20);
  socket.on("error", () => undefined);

  const [answer] = (await new Promise<Buffer[]>((resolve) => socket.once("data", (...seen) => resolve(seen)))) ?? [];
  clearInterval(trickle);
  socket.destroy();

  expect(statusOf(answer!.toString())).toBe(408);
});

test("a thousand slow bodies at once cost little memory, and honest requests to others are answered meanwhile", async () => {
  await using router = await openRouter();
  const { endpoint } = await router.replica();
  const held = { proj: "iris", name: "live", revision: 1, versions: [], replicas: [{ id: "a", endpoint, movers: [] }] };
  router.table.replace([held, { ...held, name: "other" }]);
  const before = process.memoryUsage().rss;
  const sockets: Socket[] = [];
  for (let n = 0; n < 1_000; n++) {
    const socket = connect(router.port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write(`${HEAD}Content-Length: 16000000\r\n\r\n${"x".repeat(4_096)}`);
    sockets.push(socket);
  }
  await pause(1_000);

  const other = await router.predict("[]", { path: "/predict/iris/other" });
  const grown = process.memoryUsage().rss - before;
  for (const socket of sockets) socket.destroy();

  expect(other.status).toBe(200);
  expect(grown).toBeLessThan(128 * 1024 * 1024);
});
