import type { Timestamp } from "bson";
import { Decimal128, Double, EJSON, Long } from "bson";
import type { mongo } from "mongoose";
import { expect, test } from "vitest";
import { eachStore } from "../support/each-store.js";
import { type Entry, idOf, insertFrom, INSERTS, numbers, tokenOf, Watcher } from "../support/watcher.js";

eachStore((database) => {
  const opened = () => {
    const own = database();
    return { ...own, entries: own.db.collection<Entry>("entries") };
  };

  test("three watchers get all that eight writers insert, in one order, however late they look", async () => {
    await using store = opened();
    await using early = await Watcher.open(store.entries);
    await using other = await Watcher.open(store.entries);
    await using late = await Watcher.open(store.entries);
    const reading = Promise.all([early.take(2000), other.take(2000)]);
    await Promise.all(numbers(0, 8).map((writer) => insertFrom(store.entries, writer * 250, 250)));
    const [events, others] = await reading;
    const ids = events.map(idOf);
    expect(others.map(idOf)).toEqual(ids);
    expect(await late.ids(2000)).toEqual(ids);
    expect([...ids].sort((one, another) => one - another)).toEqual(numbers(0, 2000));
    expect(events.map(tokenOf).sort()).toEqual(events.map(tokenOf));
    const times = events.map(({ clusterTime }) => (clusterTime as Timestamp).toBigInt());
    expect([...times].sort((one, another) => (one < another ? -1 : 1))).toEqual(times);
    expect(ids.filter((id) => id < 250)).toEqual(numbers(0, 250));
  }, 120_000);

  test("an event has MongoDB's form, and the document's exact types", async () => {
    await using store = opened();
    await using watcher = await Watcher.open(store.entries, { promoteValues: false });
    const document = { _id: new Double(7), l: Long.fromNumber(5), m: Decimal128.fromString("1.50"), d: new Double(1) };
    await store.entries.insertOne(document as unknown as Entry);
    const event = await watcher.next();
    const { clusterTime, wallTime } = event as { clusterTime: Timestamp; wallTime: Date };
    expect(EJSON.stringify({ ...event, _id: 0, clusterTime: 0, wallTime: 0 }, { relaxed: false })).toBe(
      EJSON.stringify(
        {
          _id: 0,
          operationType: "insert",
          clusterTime: 0,
          wallTime: 0,
          fullDocument: document,
          ns: { db: store.db.databaseName, coll: "entries" },
          documentKey: { _id: new Double(7) },
        },
        { relaxed: false },
      ),
    );
    expect(Math.abs(wallTime.getTime() - Date.now())).toBeLessThan(60_000);
    expect(clusterTime.getHighBitsUnsigned()).toBe(Math.floor(wallTime.getTime() / 1000));
  });

  test("is of inserts by whatever command, of changes and deletions not", async () => {
    await using store = opened();
    await using watcher = await Watcher.open(store.entries);
    await store.entries.insertMany([{ _id: 1 }, { _id: 2 }]);
    await store.entries.updateOne({ _id: 1 }, { $set: { n: 1 } });
    await store.entries.updateOne({ _id: 3 }, { $set: { n: 1 } }, { upsert: true });
    await store.entries.deleteOne({ _id: 2 });
    await store.entries.findOneAndReplace({ _id: 4 }, { n: 4 }, { upsert: true });
    await expect(store.entries.insertOne({ _id: 1 })).rejects.toMatchObject({ code: 11000 });
    await store.entries.insertOne({ _id: 5 });
    expect(await watcher.ids(5)).toEqual([1, 2, 3, 4, 5]);
  });

  test("a document that changed or went before anybody looked is sent as it was inserted", async () => {
    await using store = opened();
    await using watcher = await Watcher.open(store.entries, { batchSize: 1 });
    await store.entries.insertMany(numbers(0, 6).map((_id) => ({ _id, n: 0 })));
    await store.entries.updateMany({ _id: { $gte: 2 } }, { $inc: { n: 1 } });
    await store.entries.updateMany({ _id: { $gte: 3 } }, { $inc: { n: 1 } });
    await store.entries.deleteMany({ _id: { $gte: 4 } });
    await store.entries.insertOne({ _id: 6, n: 0 });
    expect((await watcher.take(7)).map(({ fullDocument }) => fullDocument)).toEqual(
      numbers(0, 7).map((_id) => ({ _id, n: 0 })),
    );
  });

  test("a watcher sees what its pipeline lets through, and no more", async () => {
    await using store = opened();
    const filtered = (match: object) => Watcher.open(store.entries, {}, [...INSERTS, { $match: match }]);
    await using byRecord = await filtered({ "fullDocument.record": "a" });
    await using byKey = await filtered({ "documentKey._id": { $in: [2, 9] } });
    await using projected = await Watcher.open(store.entries, {}, [...INSERTS, { $project: { "fullDocument.n": 1 } }]);
    await store.entries.insertMany(numbers(0, 10).map((_id) => ({ _id, record: _id % 5 === 0 ? "a" : "b", n: _id })));
    expect(await byRecord.ids(2)).toEqual([0, 5]);
    expect(await byKey.ids(2)).toEqual([2, 9]);
    const [event] = await projected.take(1);
    expect(event).toEqual({ _id: event!._id, fullDocument: { n: 0 } });
  });

  test("a collection can be watched before it is there", async () => {
    await using store = opened();
    await using watcher = await Watcher.open(store.entries);
    expect(await store.db.listCollections().toArray()).toEqual([]);
    await insertFrom(store.entries, 1, 3);
    expect(await watcher.ids(3)).toEqual([1, 2, 3]);
  });

  test("a waiting stream ends its wait when its time is over, and is no hindrance to others meanwhile", async () => {
    await using store = opened();
    await using waiting = await Watcher.open(store.entries);
    const stream = store.entries.watch(INSERTS, { maxAwaitTimeMS: 50 });
    expect(await stream.tryNext()).toBeNull();
    await stream.close();
    await insertFrom(store.db.collection("others"), 1, 20);
    await store.entries.insertOne({ _id: 1 });
    expect(await waiting.ids(1)).toEqual([1]);
  });

  test("a stream that is closed while it waits ends", async () => {
    await using store = opened();
    const watcher = await Watcher.open(store.entries);
    const next = watcher.next();
    await watcher.stream.close();
    await expect(next).rejects.toThrow(/closed/);
  }, 90_000);

  test("dropping the collection ends the stream, after all that was inserted before", async () => {
    await using store = opened();
    await using watcher = await Watcher.open(store.entries, { batchSize: 1 });
    await using waiting = await Watcher.open(store.entries, {}, [
      { $match: { operationType: { $in: ["insert", "invalidate"] } } },
    ]);
    await insertFrom(store.entries, 1, 3);
    await store.entries.drop();
    await store.entries.insertOne({ _id: 9 });
    expect(await watcher.ids(3)).toEqual([1, 2, 3]);
    await expect(watcher.next()).rejects.toThrow(/closed/);
    expect((await waiting.take(4)).map(({ operationType }) => operationType as string)).toEqual([
      "insert",
      "insert",
      "insert",
      "invalidate",
    ]);
    expect(waiting.stream.closed).toBe(true);
  });

  test("the resume token must stay in the event", async () => {
    await using store = opened();
    const work = Watcher.open(store.entries, {}, [...INSERTS, { $project: { "_id._data": 0 } }]);
    const next = work.then((watcher) => watcher.next());
    const failure = next.then(
      () => undefined,
      (error: mongo.MongoError) => error,
    );
    await work;
    await store.entries.insertOne({ _id: 1 });
    expect(await failure).toBeInstanceOf(Error);
  });
});
