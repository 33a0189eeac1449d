import { expect, test } from "vitest";
import { newId } from "../src/graph/id.js";
import { ChangeFeed } from "../src/live/change-feed.js";
import type { Event } from "../src/store/store.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";

const CHANGES = /* GraphQL */ `
  subscription Changes($after: String) {
    recordChanged(types: [MODEL], after: $after) {
      version
      key
      cursor
    }
  }
`;
const MIB = 1024 ** 2;

/** As if the record had been changed so often: what the relay inserts. */
async function tell(app: TestApp, record: string, count: number, after: object = {}) {
  const entry = { at: new Date(), caller: "local", action: "CHANGE", before: {}, record, key: "many" } as const;
  for (let from = 2; from < count + 2; from += 500) {
    const versions = Array.from({ length: Math.min(500, count + 2 - from) }, (_, at) => from + at);
    const events = versions.map((version) => ({ ...entry, _id: `${record}.${version}`, version, after: { ...after } }));
    await app.app.store.events.insertMany(events);
  }
}

test("subscribers of one process get the changes that another makes", async () => {
  await using one = await openTestApp();
  await using other = await one.beside();
  const [here, there] = [await one.subscribe(CHANGES), await other.subscribe(CHANGES)];

  const { name } = await one.seed.model({ name: "here" });
  await other.seed.mutate("updateModel", "UpdateModelInput", { name, desc: "there" });
  const [eventsHere, eventsThere] = [await here.take(2), await there.take(2)];

  expect(eventsHere).toEqual(eventsThere);
  expect(eventsHere.map(({ data }) => data.recordChanged.version)).toEqual([1, 2]);
  await Promise.all([here.return(), there.return()]);
});

test("a subscriber that does not read is ended with advice, and harms no other", async () => {
  await using app = await openTestApp();
  const [stalled, reading] = [await app.subscribe(CHANGES), await app.subscribe(CHANGES)];
  const record = newId("model");
  const before = process.memoryUsage().rss;

  const telling = tell(app, record, 20_000, { desc: "x".repeat(2_000) });
  const read = await reading.take(20_000);
  await telling;
  const grown = process.memoryUsage().rss - before;
  const [answer, ...rest] = await stalled.take(2);

  expect(read.map(({ data }) => data?.recordChanged.version)).toEqual(
    Array.from({ length: 20_000 }, (_, at) => at + 2),
  );
  expect(answer?.errors).toMatchObject([{ extensions: { code: "LIMIT_EXCEEDED" } }]);
  expect(answer?.errors?.[0]?.message).toContain("`after`");
  expect(rest).toEqual([]);
  expect(grown).toBeLessThan(400 * MIB);
  await reading.return();
  expect(app.app.live.subscriptions).toBe(0);
});

test("five hundred subscribers that come and go leave nothing behind", async () => {
  await using app = await openTestApp();
  for (let count = 0; count < 500; count += 1) {
    const subscription = await app.subscribe(CHANGES);
    if (count % 2 === 0) void subscription.take(1);
    await subscription.return();
  }

  expect(app.app.live).toMatchObject({
    subscriptions: 0,
    events: { subscriberCount: 0, isOpen: false },
    logs: { subscriberCount: 0, isOpen: false },
  });
});

test("a thousand subscribers share one change stream, and let it go together", async () => {
  await using app = await openTestApp();
  const all = await Promise.all(Array.from({ length: 1_000 }, () => app.subscribe(CHANGES)));
  await app.seed.model();

  const versions = await Promise.all(all.map(async (each) => (await each.take(1))[0]?.data.recordChanged.version));
  expect(new Set(versions)).toEqual(new Set([1]));
  expect(app.app.live).toMatchObject({ subscriptions: 1_000, events: { subscriberCount: 1_000, isOpen: true } });
  await Promise.all(all.map((each) => each.return()));
  expect(app.app.live).toMatchObject({ subscriptions: 0, events: { subscriberCount: 0, isOpen: false } });
});

test("a subscriber that waits for an event can leave at once", async () => {
  await using app = await openTestApp();
  const subscription = await app.subscribe(CHANGES);
  const waiting = subscription.take(1);

  await subscription.return();

  expect(await waiting).toEqual([]);
  expect(app.app.live.subscriptions).toBe(0);
});

test("a change stream that breaks goes on where it was", async () => {
  await using app = await openTestApp();
  const streams: { close(): Promise<void> }[] = [];
  const { events } = app.app.store;
  const feed = new ChangeFeed<Event, { record: string; bytes: number; version: number }>(
    (from) => {
      const stream = events.watch<Event>([{ $match: { operationType: "insert" } }], from);
      streams.push(stream);
      return stream;
    },
    ({ record, version }) => ({ record, version, bytes: 1 }),
    app.app.logger,
  );
  const received: number[] = [];
  await feed.subscribe({ onEvent: ({ version }) => void received.push(version), onError: () => undefined });
  const record = newId("model");

  const telling = tell(app, record, 3_000);
  for (let count = 0; count < 5; count += 1) {
    await expect.poll(() => received.length, { timeout: 20_000 }).toBeGreaterThan(count * 400);
    await streams.at(-1)?.close();
    await expect.poll(() => streams.length, { timeout: 20_000 }).toBeGreaterThan(count + 1);
  }
  await telling;
  await expect.poll(() => received.length, { timeout: 20_000 }).toBe(3_000);
  await feed.close();

  expect(received).toEqual(Array.from({ length: 3_000 }, (_, at) => at + 2));
});

test("subscriptions end when the process ends", async () => {
  const app = await openTestApp();
  const subscription = await app.subscribe(CHANGES);
  const waiting = subscription.take(1);

  await app[Symbol.asyncDispose]();

  expect(await waiting).toEqual([]);
});
