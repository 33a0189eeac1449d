import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { mongo } from "mongoose";
import { expect, test } from "vitest";
import { openConnection } from "../src/store/open-connection.js";
import { openKillableStore } from "./contracts/store-support/killable-store.js";
import { Ledger, disagreements, type Entry } from "./contracts/store-support/ledger.js";

const CRASHES = Number(process.env.ROCAS_TEST_CRASHES ?? 100);
const WRITERS = 6;

async function openFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), "rocas-embedded-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

test(`a store killed ${CRASHES} times in the middle of writes loses nothing that it acknowledged, and every index agrees`, async () => {
  await using folder = await openFolder();
  const ledger = new Ledger();
  const openedIn: number[] = [];
  for (let crash = 0; crash <= CRASHES; crash += 1) {
    const store = await openKillableStore(folder.path);
    openedIn.push(store.openedIn);
    const entries = store.database.collection<Entry>("entries");
    await entries.createIndexes([
      { key: { key: 1 }, unique: true },
      { key: { tags: 1, version: -1 } },
      { key: { version: 1 } },
    ]);
    expect(await ledger.lost(entries)).toEqual([]);
    if (crash % 10 === 0) expect(await disagreements(entries)).toEqual([]);
    const writing = ledger.write(entries, WRITERS);
    await sleep(Math.random() * 60);
    await store.kill();
    await writing;
  }
  expect(ledger.acknowledgements).toBeGreaterThan(CRASHES);
  expect(openedIn.sort((a, b) => a - b)[CRASHES >> 1]).toBeLessThan(250);
}, 300_000);

test("a second server on the same folder is refused, until the first is gone", async () => {
  await using folder = await openFolder();
  const first = await openKillableStore(folder.path);
  await expect(openConnection({ dataFolder: folder.path })).rejects.toThrow(/in use by another server/);
  await first.kill();
  await using second = await openConnection({ dataFolder: folder.path });
  expect(second.kind).toBe("embedded");
});

test("what was written is there when the store is opened again", async () => {
  await using folder = await openFolder();
  {
    await using first = await openConnection({ dataFolder: folder.path });
    await first.connection.db!.collection<{ _id: string }>("things").insertOne({ _id: "a" });
  }
  await using again = await openConnection({ dataFolder: folder.path });
  expect(await again.connection.db!.collection("things").find().toArray()).toEqual([{ _id: "a" }]);
  expect(Math.abs((await again.serverTime()).getTime() - Date.now())).toBeLessThan(5_000);
});

test("a folder that holds something else is refused and left alone", async () => {
  await using folder = await openFolder();
  await mkdir(join(folder.path, "store"));
  await writeFile(join(folder.path, "store", "notes.txt"), "mine");
  await expect(openConnection({ dataFolder: folder.path })).rejects.toThrow(/holds something that is no store/);
});

test("a damaged file is refused with a sentence that says what to do", async () => {
  await using folder = await openFolder();
  await mkdir(join(folder.path, "store"));
  await writeFile(join(folder.path, "store", "data.mdb"), Buffer.alloc(65_536, "damaged"));
  await expect(openConnection({ dataFolder: folder.path })).rejects.toThrow(
    /cannot be read.*Restore the folder from a backup/,
  );
});

test("messages that are none end their connection and nothing else", async () => {
  await using folder = await openFolder();
  const store = await openKillableStore(folder.path);
  const path = store.database.client.options.hosts[0]!.socketPath!;
  const header = (length: number, kind: number): Buffer => {
    const bytes = Buffer.alloc(16);
    bytes.writeInt32LE(length, 0);
    bytes.writeInt32LE(kind, 12);
    return bytes;
  };
  const hostile = [
    Buffer.alloc(64),
    header(-5, 2013),
    header(2_000_000_000, 2013),
    Buffer.concat([header(30, 2013), Buffer.alloc(14, 0xff)]),
    Buffer.concat([header(26, 2013), Buffer.from([0, 0, 0, 0, 0, 200, 0, 0, 0, 0])]),
    Buffer.concat([
      header(16 + 4 + 1 + 12, 2013),
      Buffer.from([0, 0, 0, 0, 0, 12, 0, 0, 0, 2, 97, 0, 255, 255, 255, 127, 0]),
    ]),
    Buffer.concat([header(40, 2004), Buffer.alloc(24, 1)]),
    Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
  ];
  const closed = await Promise.all(
    hostile.map(
      (bytes) =>
        new Promise<boolean>((resolve) => {
          const socket = connect(path, () => socket.write(bytes));
          socket.once("close", () => resolve(true)).once("error", () => {});
        }),
    ),
  );
  expect(closed).toEqual(hostile.map(() => true));
  expect(await store.database.command({ ping: 1 })).toEqual({ ok: 1 });
  await store.kill();
});

test("what the store does not implement is refused by name", async () => {
  await using folder = await openFolder();
  await using opened = await openConnection({ dataFolder: folder.path });
  const things = opened.connection.db!.collection("things");
  await things.insertOne({ a: 1 });
  const refusal = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => "it was allowed",
      (error: mongo.MongoServerError) => error.message,
    );
  const refused = await Promise.all([
    refusal(things.find({ $where: "true" }).toArray()),
    refusal(things.find({ a: { $mod: [2, 1] } }).toArray()),
    refusal(things.updateOne({}, { $rename: { a: "b" } })),
    refusal(things.updateOne({}, [{ $set: { a: 1 } }])),
    refusal(things.updateOne({}, { $set: { "a.$[].b": 1 } })),
    refusal(things.aggregate([{ $facet: { a: [] } }]).toArray()),
    refusal(things.aggregate([{ $project: { a: { $add: [1, 2] } } }]).toArray()),
    refusal(things.aggregate([{ $group: { _id: null, a: { $avg: "$a" } } }]).toArray()),
    refusal(things.find().collation({ locale: "de" }).toArray()),
    refusal(things.createIndex({ a: "text" })),
    refusal(things.watch().next()),
    refusal(opened.connection.db!.command({ collStats: "things", scale: 1024 })),
  ]);
  const names = [
    /\$where/,
    /\$mod/,
    /\$rename/,
    /pipeline/,
    /\$\[\]/,
    /\$facet/,
    /\$add/,
    /\$avg/,
    /collation/,
    /"text"/,
    /change streams/,
    /collStats/,
  ];
  expect(refused.map((message, at) => names[at]!.test(message) && message.includes("embedded store"))).toEqual(
    names.map(() => true),
  );
});
