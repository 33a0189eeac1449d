import { Timestamp } from "bson";
import { expect, test } from "vitest";
import { eachStore } from "../support/each-store.js";
import { codeOf, type Entry, idOf, insertFrom, INSERTS, numbers, Watcher } from "../support/watcher.js";

eachStore((database) => {
  const opened = () => {
    const own = database();
    return { ...own, entries: own.db.collection<Entry>("entries") };
  };
  const watched = async () => {
    const store = opened();
    await using watcher = await Watcher.open(store.entries);
    await insertFrom(store.entries, 0, 10);
    return { ...store, events: await watcher.take(10) };
  };

  test("a stream goes on where an earlier one was closed, without loss or repetition", async () => {
    await using store = opened();
    const first = await Watcher.open(store.entries);
    const writing = insertFrom(store.entries, 0, 300);
    const before = await first.take(120);
    await first.stream.close();
    await using second = await Watcher.open(store.entries, { resumeAfter: before.at(-1)!._id });
    const after = await second.take(180);
    await writing;
    expect([...before, ...after].map(idOf)).toEqual(numbers(0, 300));
  });

  test("the token of each event resumes behind it", async () => {
    await using store = await watched();
    const following = store.events.map(async ({ _id }, at) => {
      await using resumed = await Watcher.open(store.entries, { [at % 2 ? "resumeAfter" : "startAfter"]: _id });
      return await resumed.ids(9 - at);
    });
    expect(await Promise.all(following)).toEqual(numbers(1, 10).map((from) => numbers(from, 10 - from)));
  });

  test("the token of a stream that has seen nothing yet resumes where that stood", async () => {
    await using store = opened();
    const idle = await Watcher.open(store.entries);
    const token = idle.stream.resumeToken;
    await idle.stream.close();
    await insertFrom(store.entries, 1, 3);
    await using resumed = await Watcher.open(store.entries, { resumeAfter: token });
    expect(await resumed.ids(3)).toEqual([1, 2, 3]);
  });

  test("a resumed stream still knows what has changed or gone meanwhile", async () => {
    await using store = await watched();
    await store.entries.updateMany({ _id: { $gte: 4 } }, { $set: { n: 1 } });
    await store.entries.deleteMany({ _id: { $in: [3, 6, 9] } });
    await using resumed = await Watcher.open(store.entries, { resumeAfter: store.events[2]!._id });
    const documents = (await resumed.take(7)).map(({ fullDocument }) => fullDocument);
    expect(documents).toEqual(numbers(3, 7).map((_id) => ({ _id })));
  });

  test("a stream begins at the time of an event, or behind the time of an earlier answer", async () => {
    await using store = await watched();
    const { clusterTime } = store.events[4] as { clusterTime?: Timestamp };
    await using fromEvent = await Watcher.open(store.entries, { startAtOperationTime: clusterTime! });
    expect(await fromEvent.ids(6)).toEqual(numbers(4, 6));
    const pipeline = [{ $changeStream: {} }, ...INSERTS];
    const { operationTime } = await store.db.command({ aggregate: "entries", pipeline, cursor: {} });
    await insertFrom(store.entries, 10, 2);
    const { t, i } = operationTime as Timestamp;
    const startAtOperationTime = new Timestamp({ t, i: i + 1 });
    await using fromAnswer = await Watcher.open(store.entries, { startAtOperationTime });
    expect(await fromAnswer.ids(2)).toEqual([10, 11]);
  });

  test("a token that is none, or of another collection, is refused", async () => {
    await using store = await watched();
    const others = store.db.collection<Entry>("others");
    await insertFrom(others, 0, 3);
    const resumed = (token: unknown, entries = store.entries) =>
      codeOf(entries.watch(INSERTS, { resumeAfter: token }).tryNext());
    expect(await resumed({ _data: "no token" })).toBe(9);
    expect(await resumed({ _data: 5 })).toBe(40647);
    expect(await resumed({})).toBe(40647);
    expect(await resumed("token")).toBe(14);
    expect(await resumed(store.events[3]!._id, others)).toBe(280);
    const both = { resumeAfter: store.events[0]!._id, startAfter: store.events[0]!._id };
    expect(await codeOf(store.entries.watch(INSERTS, both).tryNext())).toBe(50865);
  });

  test("behind the end of a dropped collection a stream starts anew, but does not resume", async () => {
    await using store = opened();
    await using ended = await Watcher.open(store.entries, {}, [
      { $match: { operationType: { $in: ["insert", "invalidate"] } } },
    ]);
    await insertFrom(store.entries, 1, 1);
    await store.entries.drop();
    const [, { _id: token }] = (await ended.take(2)) as [unknown, { _id: unknown }];
    await insertFrom(store.entries, 2, 2);
    expect(await codeOf(store.entries.watch(INSERTS, { resumeAfter: token }).tryNext())).toBe(260);
    await using anew = await Watcher.open(store.entries, { startAfter: token });
    expect(await anew.ids(2)).toEqual([2, 3]);
  });
});
