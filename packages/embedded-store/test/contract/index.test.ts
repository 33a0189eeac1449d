import { expect, test } from "vitest";
import type { mongo } from "mongoose";
import { eachStore } from "../support/each-store.js";

interface Thing {
  _id: number;
  [field: string]: unknown;
}

eachStore((database) => {
  const opened = () => {
    const own = database();
    return { ...own, things: own.db.collection<Thing>("things") };
  };
  const failure = (work: Promise<unknown>): Promise<mongo.MongoServerError> =>
    work.then(
      () => expect.fail("it was allowed"),
      (error: mongo.MongoServerError) => error,
    );

  test("a unique index refuses a second document and says of which key", async () => {
    await using store = opened();
    await store.things.createIndex({ key: 1, seq: -1 }, { unique: true });
    await store.things.insertMany([
      { _id: 1, key: "a", seq: 1 },
      { _id: 2, key: "a", seq: 2 },
    ]);
    const error = await failure(store.things.insertOne({ _id: 3, key: "a", seq: 2 }));
    expect(error).toMatchObject({ code: 11000, keyPattern: { key: 1, seq: -1 }, keyValue: { key: "a", seq: 2 } });
    expect(error.message).toContain('index: key_1_seq_-1 dup key: { key: "a", seq: 2 }');
    expect((await failure(store.things.updateOne({ _id: 1 }, { $set: { seq: 2 } }))).code).toBe(11000);
    expect((await failure(store.things.insertOne({ _id: 1 }))).keyPattern).toEqual({ _id: 1 });
  });

  test("a key that was given up may be taken", async () => {
    await using store = opened();
    await store.things.createIndex({ key: 1 }, { unique: true });
    await store.things.insertOne({ _id: 1, key: "a" });
    await store.things.updateOne({ _id: 1 }, { $set: { key: "b" } });
    await store.things.insertOne({ _id: 2, key: "a" });
    await store.things.deleteOne({ _id: 2 });
    await store.things.insertOne({ _id: 3, key: "a" });
    expect(await store.things.find({ key: "a" }).toArray()).toEqual([{ _id: 3, key: "a" }]);
  });

  test("a missing field is one key of a unique index, unless that is sparse or partial", async () => {
    await using store = opened();
    await store.things.createIndex({ a: 1 }, { unique: true });
    await store.things.createIndex({ b: 1 }, { unique: true, sparse: true });
    await store.things.createIndex(
      { c: 1 },
      { unique: true, partialFilterExpression: { c: { $exists: true }, d: { $gt: 5 } } },
    );
    await store.things.insertOne({ _id: 1, a: 1, c: 1, d: 1 });
    await store.things.insertOne({ _id: 2, c: 1, d: 9 });
    await store.things.insertOne({ _id: 3, a: 2, c: 1, d: 2 });
    expect((await failure(store.things.insertOne({ _id: 4 }))).keyPattern).toEqual({ a: 1 });
    expect((await failure(store.things.updateOne({ _id: 3 }, { $set: { d: 7 } }))).keyPattern).toEqual({ c: 1 });
  });

  test("a unique index over an array keeps other documents out, not its own repetition", async () => {
    await using store = opened();
    await store.things.createIndex({ "keys.caller": 1, "keys.key": 1 }, { unique: true });
    await store.things.insertOne({
      _id: 1,
      keys: [
        { caller: "a", key: "x" },
        { caller: "a", key: "x" },
        { caller: "b", key: "y" },
      ],
    });
    const error = await failure(
      store.things.insertOne({
        _id: 2,
        keys: [
          { caller: "c", key: "z" },
          { caller: "b", key: "y" },
        ],
      }),
    );
    expect(error.keyValue).toEqual({ "keys.caller": "b", "keys.key": "y" });
    await store.things.insertOne({ _id: 3, keys: [{ caller: "a", key: "y" }] });
  });

  test("two arrays in one index are refused", async () => {
    await using store = opened();
    await store.things.createIndex({ a: 1, b: 1 });
    expect((await failure(store.things.insertOne({ _id: 1, a: [1], b: [2] }))).code).toBe(171);
  });

  test("ordered bulk writes stop at a failure, unordered ones go on", async () => {
    await using store = opened();
    const write = async (ordered: boolean, from: number) => {
      const error = await failure(
        store.things.insertMany([{ _id: from }, { _id: from }, { _id: from + 1 }], { ordered }),
      );
      const { writeErrors } = error as unknown as mongo.MongoBulkWriteError;
      return (Array.isArray(writeErrors) ? writeErrors : [writeErrors]).map(({ index, code }) => ({ index, code }));
    };
    expect(await write(true, 10)).toEqual([{ index: 1, code: 11000 }]);
    expect(await write(false, 20)).toEqual([{ index: 1, code: 11000 }]);
    expect((await store.things.find().sort({ _id: 1 }).toArray()).map(({ _id }) => _id)).toEqual([10, 20, 21]);
  });

  test("an index made later knows the documents that are there, and refuses what is there twice", async () => {
    await using store = opened();
    await store.things.insertMany(Array.from({ length: 1500 }, (_, _id) => ({ _id, n: _id % 700, u: _id })));
    await store.things.createIndex({ u: 1 }, { unique: true });
    expect(await store.things.find({ u: { $gte: 1498 } }).toArray()).toHaveLength(2);
    expect((await failure(store.things.createIndex({ n: 1 }, { unique: true }))).code).toBe(11000);
    expect((await store.things.indexes()).map(({ name }) => name)).toEqual(["_id_", "u_1"]);
  });

  test("indexes are listed, dropped, and may be asked for twice", async () => {
    await using store = opened();
    expect(await store.things.createIndex({ a: 1, b: -1 }, { unique: true })).toBe("a_1_b_-1");
    expect(await store.things.createIndex({ a: 1, b: -1 }, { unique: true })).toBe("a_1_b_-1");
    expect((await failure(store.things.createIndex({ a: 1, b: -1 }))).code).toBe(86);
    expect(await store.things.indexes()).toMatchObject([{ key: { _id: 1 } }, { key: { a: 1, b: -1 }, unique: true }]);
    await store.things.dropIndex("a_1_b_-1");
    expect((await failure(store.things.dropIndex("a_1_b_-1"))).code).toBe(27);
    expect(await store.things.indexes()).toHaveLength(1);
  });

  test("values too long for a key are unique, found and sorted like others", async () => {
    await using store = opened();
    const long = (end: string) => "x".repeat(3000) + end;
    await store.things.createIndex({ s: 1 }, { unique: true });
    await store.things.insertMany(["c", "a", "d", "b"].map((end, _id) => ({ _id, s: long(end) })));
    await store.things.insertMany([
      { _id: 8, s: "w" },
      { _id: 9, s: "y" },
    ]);
    expect((await failure(store.things.insertOne({ _id: 5, s: long("c") }))).code).toBe(11000);
    expect(await store.things.findOne({ s: long("d") })).toMatchObject({ _id: 2 });
    const ids = async (filter: object, direction: 1 | -1) =>
      (await store.things.find(filter).sort({ s: direction }).toArray()).map(({ _id }) => _id);
    expect(await ids({}, 1)).toEqual([8, 1, 3, 0, 2, 9]);
    expect(await ids({ s: { $gt: long("a"), $lte: long("c") } }, -1)).toEqual([0, 3]);
  });

  test("collections and databases are made by writing and gone when dropped", async () => {
    await using store = opened();
    await store.things.insertOne({ _id: 1 });
    await store.db.createCollection("empty");
    expect((await failure(store.db.createCollection("empty"))).code).toBe(48);
    expect((await store.db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name).sort()).toEqual([
      "empty",
      "things",
    ]);
    await store.things.drop();
    expect(await store.things.findOne()).toBeNull();
    await store.db.dropDatabase();
    expect(await store.db.listCollections().toArray()).toEqual([]);
  });
});
