import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { mongo } from "mongoose";
import { expect, test } from "vitest";
import { openKillableStore } from "./store-support/killable-store.js";
import { Watcher, idOf, numbers, tokenOf, type Entry, type Inserted } from "./store-support/watcher.js";

const CRASHES = 12;
const WRITERS = 6;

/** Inserts until the store is gone, and tells what was acknowledged. */
async function insertUntilGone(entries: mongo.Collection<Entry>, from: number, acknowledged: Set<number>) {
  try {
    for (let _id = from; ; _id += 1) {
      await entries.insertOne({ _id });
      acknowledged.add(_id);
      if (_id % 5 === 0) await entries.deleteOne({ _id });
    }
  } catch {
    // The store was killed: the last one may or may not have been inserted.
  }
}

async function readUntilGone(watcher: Watcher, events: Inserted[]): Promise<void> {
  try {
    for (;;) events.push(await watcher.next());
  } catch {
    // The store was killed, and the stream with it.
  }
}

test(`a watcher of a store that is killed ${CRASHES} times is told once of each insert that was acknowledged, in order`, async () => {
  const folder = await mkdtemp(join(tmpdir(), "rocas-watched-crash-"));
  const acknowledged = new Set<number>();
  const events: Inserted[] = [];
  let token: unknown;
  for (let crash = 0; crash < CRASHES; crash += 1) {
    const store = await openKillableStore(folder);
    const entries = store.database.collection<Entry>("entries");
    const watcher = await Watcher.open(entries, token ? { resumeAfter: token } : {});
    token ??= watcher.stream.resumeToken;
    const writing = numbers(0, WRITERS).map((writer) =>
      insertUntilGone(entries, (crash * WRITERS + writer) * 1_000_000, acknowledged),
    );
    const reading = readUntilGone(watcher, events);
    await sleep(50 + Math.random() * 150);
    await store.kill();
    await Promise.all([...writing, reading]);
    token = events.at(-1)?._id ?? token;
  }
  const store = await openKillableStore(folder);
  const entries = store.database.collection<Entry>("entries");
  await using rest = await Watcher.open(entries, { resumeAfter: token });
  await entries.insertOne({ _id: -1 });
  while (events.length === 0 || idOf(events.at(-1)!) !== -1) events.push(await rest.next());
  const ids = events.map(idOf);
  const present = await entries.find().hint({ $natural: 1 }).toArray();
  await store.kill();
  await rm(folder, { recursive: true, force: true });
  expect(acknowledged.size).toBeGreaterThan(CRASHES);
  expect(new Set(ids).size).toBe(ids.length);
  expect([...acknowledged].filter((id) => !ids.includes(id))).toEqual([]);
  expect(events.map(tokenOf)).toEqual(events.map(tokenOf).sort());
  const there = new Set(present.map(({ _id }) => _id));
  expect(ids.filter((id) => there.has(id))).toEqual(present.map(({ _id }) => _id));
}, 120_000);
