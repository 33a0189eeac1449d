import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Long } from "bson";
import { mongo } from "mongoose";
import { expect, test } from "vitest";
import { openEmbeddedStore } from "../../src/open-embedded-store.js";
import { type KillableStore, openKillableStore } from "../support/killable-store.js";
import { RawConnection } from "../support/raw-connection.js";
import { codeOf, type Entry, insertFrom, INSERTS, numbers, Watcher } from "../support/watcher.js";

const HOUR = 60 * 60 * 1000;
const PATIENCE = { timeout: 20_000 };

async function openFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), "rocas-watched-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

const entriesOf = ({ database }: KillableStore): mongo.Collection<Entry> => database.collection<Entry>("entries");

/** Its stream is closed with the store that it watched. */
async function opened(folder: { path: string }, clockAhead?: number) {
  const store = await openKillableStore(folder.path, clockAhead);
  return { ...store, entries: entriesOf(store), [Symbol.asyncDispose]: () => store.kill() };
}

/** The store within this process, with what it says should never happen. */
async function served() {
  const folder = await openFolder();
  const faults: unknown[] = [];
  const { uri, close } = await openEmbeddedStore(folder.path, (fault) => faults.push(fault));
  const options = { serverSelectionTimeoutMS: 500 };
  const client = await new mongo.MongoClient(`${uri}/?directConnection=true`, options).connect();
  let closed: Promise<void> | undefined;
  const closeOnce = (): Promise<void> => (closed ??= close());
  return {
    database: client.db("watched"),
    path: client.options.hosts[0]!.socketPath!,
    faults,
    close: closeOnce,
    async [Symbol.asyncDispose]() {
      await client.close(true);
      await closeOnce();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const openCursors = async (database: mongo.Db): Promise<{ total: number; pinned: number }> =>
  (await database.command({ serverStatus: 1 })).metrics.cursor.open as { total: number; pinned: number };

test("a stream goes on after the store was opened again, though the last document is gone", async () => {
  await using folder = await openFolder();
  const first = await opened(folder);
  const watcher = await Watcher.open(first.entries);
  await insertFrom(first.entries, 1, 4);
  const { _id: resumeAfter } = await watcher.next();
  await first.entries.deleteMany({ _id: { $gte: 3 } });
  await first.kill();
  await using second = await opened(folder);
  await insertFrom(second.entries, 5, 2);
  await using resumed = await Watcher.open(second.entries, { resumeAfter });
  expect(await resumed.ids(5)).toEqual([2, 3, 4, 5, 6]);
});

test("numbers rise although the clock went back between two starts", async () => {
  await using folder = await openFolder();
  const first = await opened(folder, HOUR);
  const watcher = await Watcher.open(first.entries);
  await insertFrom(first.entries, 1, 2);
  const [, last] = await watcher.take(2);
  await first.entries.deleteMany();
  await first.kill();
  await using second = await opened(folder, -HOUR);
  await insertFrom(second.entries, 3, 2);
  await using resumed = await Watcher.open(second.entries, { resumeAfter: last!._id });
  expect(await resumed.ids(2)).toEqual([3, 4]);
});

test("behind what was deleted long after its insertion no stream resumes, but after it", async () => {
  await using folder = await openFolder();
  const first = await opened(folder);
  const watcher = await Watcher.open(first.entries);
  await insertFrom(first.entries, 1, 4);
  const [before, deleted] = await watcher.take(2);
  await first.kill();
  await using later = await opened(folder, 2 * HOUR);
  await later.entries.deleteOne({ _id: 2 });
  expect(await codeOf(later.entries.watch(INSERTS, { resumeAfter: before!._id }).tryNext())).toBe(286);
  await using resumed = await Watcher.open(later.entries, { resumeAfter: deleted!._id });
  expect(await resumed.ids(2)).toEqual([3, 4]);
});

test("a dropped collection's inserts cannot be resumed, nor what a restored folder has not seen", async () => {
  await using folder = await openFolder();
  await using store = await opened(folder);
  await using watcher = await Watcher.open(store.entries);
  await insertFrom(store.entries, 1, 2);
  const { _id } = await watcher.next();
  const { _data } = _id as { _data: string };
  const ahead = { _data: `01FF${_data.slice(4)}` };
  expect(await codeOf(store.entries.watch(INSERTS, { resumeAfter: ahead }).tryNext())).toBe(286);
  await store.entries.drop();
  expect(await codeOf(store.entries.watch(INSERTS, { resumeAfter: _id }).tryNext())).toBe(286);
});

const WATCHING = { aggregate: "entries", pipeline: [{ $changeStream: {} }, ...INSERTS], cursor: {}, $db: "watched" };

test("clients that are gone leave no waiter and no cursor behind, at whatever moment they went", async () => {
  await using store = await served();
  const clients = await Promise.all(numbers(0, 30).map(() => RawConnection.open(store.path)));
  const [asking, idle, waiting] = [clients.slice(0, 10), clients.slice(10, 20), clients.slice(20)];
  const ask = (client: RawConnection) => client.ask<{ cursor: { id: Long } }>(WATCHING);
  asking.forEach((client) => (client.send(WATCHING), client.break()));
  await Promise.all(idle.map(ask));
  const answers = await Promise.all(waiting.map(ask));
  waiting.forEach((client, at) =>
    client.send({
      getMore: answers[at]!.cursor.id,
      collection: "entries",
      maxTimeMS: 600_000,
      $db: "watched",
    }),
  );
  await expect.poll(() => openCursors(store.database), PATIENCE).toMatchObject({ total: 20, pinned: 10 });
  clients.forEach((client) => client.break());
  await expect.poll(() => openCursors(store.database), PATIENCE).toMatchObject({ total: 0, pinned: 0 });
  expect(store.faults).toEqual([]);
});

test("a dropped collection is kept for who still reads it, and goes then", async () => {
  await using store = await served();
  const entries = store.database.collection<Entry>("entries");
  const client = await RawConnection.open(store.path);
  await client.ask(WATCHING);
  await insertFrom(entries, 1, 3);
  await entries.drop();
  client.break();
  await expect.poll(() => openCursors(store.database), PATIENCE).toMatchObject({ total: 0 });
  await insertFrom(entries, 4, 1);
  expect(await entries.find().toArray()).toEqual([{ _id: 4 }]);
  expect(store.faults).toEqual([]);
});

test("the store closes although streams wait and writers write", async () => {
  const store = await served();
  const entries = store.database.collection<Entry>("entries");
  const watchers = await Promise.all(numbers(0, 5).map(() => Watcher.open(entries)));
  const writing = Promise.allSettled(numbers(0, 5).map((writer) => insertFrom(entries, writer * 1_000_000, 1_000_000)));
  await watchers[0]!.take(20);
  const reading = Promise.allSettled(watchers.map((watcher) => watcher.take(Infinity)));
  await store.close();
  expect((await reading).map(({ status }) => status)).toEqual(watchers.map(() => "rejected"));
  await writing;
  await store[Symbol.asyncDispose]();
  expect(store.faults).toEqual([]);
});

test("what is asked beside inserts is refused by name", async () => {
  await using folder = await openFolder();
  await using store = await opened(folder);
  const { entries, database } = store;
  const refusal = (stream: { tryNext(): Promise<unknown> }): Promise<unknown> =>
    stream.tryNext().then(
      () => "it was allowed",
      (error: mongo.MongoServerError) => `${error.code} ${error.message}`,
    );
  const about = (operationType: unknown) => refusal(entries.watch([{ $match: { operationType } }]));
  const inserts = (options: mongo.ChangeStreamOptions) => refusal(entries.watch(INSERTS, options));
  const refused = await Promise.all([
    refusal(entries.watch()),
    refusal(entries.watch([{ $match: { "fullDocument.record": "a" } }])),
    about("update"),
    about({ $in: ["insert", "delete"] }),
    about({ $ne: "update" }),
    inserts({ fullDocument: "updateLookup" }),
    inserts({ fullDocumentBeforeChange: "whenAvailable" }),
    inserts({ showExpandedEvents: true }),
    refusal(entries.watch([...INSERTS, { $unset: "ns" }])),
    refusal(database.watch(INSERTS)),
    refusal(database.client.watch(INSERTS)),
  ]);
  const inserted = /^238 .*embedded store.* change streams of anything but inserts/;
  const names = [
    inserted,
    inserted,
    inserted,
    inserted,
    inserted,
    /^238 .*fullDocument: "updateLookup"/,
    /^238 .*fullDocumentBeforeChange: "whenAvailable"/,
    /^238 .*showExpandedEvents/,
    /^238 .*\$unset/,
    /^238 .*\$changeStream on a database/,
    /^238 .*\$changeStream on a database/,
  ];
  expect(refused.filter((message, at) => !names[at]!.test(String(message)))).toEqual([]);
});
