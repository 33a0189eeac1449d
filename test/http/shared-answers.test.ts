import { expect, test } from "vitest";
import { selectionOf } from "../../src/http/operations/shared-answers.js";
import { openLive } from "./support/open-live.js";
import { RawSocket } from "./support/raw-socket.js";

const WAIT = { timeout: 30_000 };
const READ = "subscription{read{context}}";

type Server = Awaited<ReturnType<typeof openLive>>;

/** Sockets that follow the readings, each with one of the queries. */
async function readers(server: Server, queries: readonly string[], variables?: readonly object[]) {
  const sockets = await Promise.all(queries.map(() => RawSocket.begin(server.webSocketUrl)));
  for (const [at, socket] of sockets.entries()) socket.subscribe("a", queries[at]!, variables?.[at]);
  await expect.poll(() => server.graph.readers.size, WAIT).toBe(queries.length);
  return sockets;
}

const nextOf = (sockets: readonly RawSocket[]) =>
  Promise.all(sockets.map(async (each) => (await each.hears("next", "a")).payload));

test("subscribers of one selection share the execution of an event", async () => {
  await using server = await openLive();
  const sockets = await readers(server, new Array<string>(50).fill(READ));
  server.graph.publishReading();

  const contexts = (await nextOf(sockets)).map(({ data }) => data.read.context);

  expect(new Set(contexts).size).toBe(1);
});

test("each event is executed anew", async () => {
  await using server = await openLive();
  const [socket] = await readers(server, [READ]);
  server.graph.publishReading();
  server.graph.publishReading();

  await expect.poll(() => socket!.of("next", "a").length, WAIT).toBe(2);

  const contexts = socket!.of("next", "a").map(({ payload }) => payload.data.read.context);
  expect(new Set(contexts).size).toBe(2);
});

test("subscribers of other documents, operations or variables share nothing", async () => {
  await using server = await openLive();
  const query = "subscription($label:Float){read(label:$label){context}}";
  const queries = [READ, `${READ} `, query, query, query];
  const sockets = await readers(server, queries, [{}, {}, { label: 1 }, { label: 2 }, { label: null }]);
  server.graph.publishReading();

  const contexts = (await nextOf(sockets)).map(({ data }) => data.read.context);

  expect(new Set(contexts).size).toBe(5);
});

test("an event stream and a socket share, too", async () => {
  await using server = await openLive();
  const sockets = await readers(server, [READ]);
  const stream = server.streamClient().iterate<{ read: { context: number } }>({ query: READ });
  const streamed = stream.next();
  await expect.poll(() => server.graph.readers.size, WAIT).toBe(2);
  server.graph.publishReading();

  const [heard] = await nextOf(sockets);

  expect((await streamed).value).toEqual(heard);
  await stream.return?.();
});

test("an error has an id of each subscriber's own, which the log has", async () => {
  await using server = await openLive();
  const sockets = await readers(server, ["subscription{read{fail(times:1)}}", "subscription{read{fail(times:1)}}"]);
  server.graph.publishReading();

  const errors = (await nextOf(sockets)).map((payload) => payload.errors[0]);

  expect(errors).toMatchObject([{ message: "internal error" }, { message: "internal error" }]);
  const ids = errors.map(({ extensions }) => extensions.id as string);
  expect(new Set(ids).size).toBe(2);
  for (const id of ids) expect(server.log()).toContain(id);
});

test("a time-out is sent to each subscriber that shares, and the next event comes", async () => {
  await using server = await openLive({}, { deadlineMs: 200 });
  const query = "subscription{read{slow(ms:1000)}}";
  const sockets = await readers(server, [query, query]);
  server.graph.publishReading();

  const payloads = await nextOf(sockets);

  expect(payloads).toMatchObject(
    new Array(2).fill({ data: null, errors: [{ extensions: { code: "LIMIT_EXCEEDED" } }] }),
  );
  server.graph.publishReading();
  await expect.poll(() => sockets.map((each) => each.of("next").length), WAIT).toEqual([2, 2]);
});

test("a subscriber that leaves takes the answer from no other", async () => {
  await using server = await openLive();
  const query = "subscription{read{slow(ms:300)}}";
  const [leaving, staying] = await readers(server, [query, query]);
  server.graph.publishReading();
  leaving!.say({ id: "a", type: "complete" });
  await expect.poll(() => server.graph.readers.size, WAIT).toBe(1);

  const [payload] = await nextOf([staying!]);

  expect(payload).toEqual({ data: { read: { slow: expect.any(Number) } } });
  expect(leaving!.of("next")).toEqual([]);
});

const caller = { name: "flora" };
const request = { query: READ, operationName: null, variables: { label: 1 } };

test.each([
  ["another caller", request, { name: "linus" }],
  ["another operation", { ...request, operationName: "Other" }, caller],
  ["other variables", { ...request, variables: { label: "1" } }, caller],
])("%s makes another selection", (_, otherRequest, otherCaller) => {
  expect(selectionOf(otherRequest, otherCaller)).not.toBe(selectionOf(request, caller));
});
