import { Decimal128, Double, EJSON, Int32, Long } from "bson";
import type { mongo } from "mongoose";
import { expect, test } from "vitest";
import { eachStore } from "../support/each-store.js";

// A loose type: the driver's own would refuse what these tests are about.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Thing = { _id: number } & Record<string, any>;

eachStore((database) => {
  const seeded = async (document: Record<string, unknown>) => {
    const own = database();
    const things = own.db.collection<Thing>("things");
    await things.insertOne({ _id: 1, ...document });
    const after = async (update: object): Promise<string> => {
      await things.updateOne({ _id: 1 }, update as mongo.UpdateFilter<Thing>);
      return JSON.stringify(await things.findOne({}, { projection: { _id: 0 } }));
    };
    return { ...own, things, after };
  };
  const codeOf = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => undefined,
      (error: { code: unknown }) => error.code,
    );

  test("fields that are not touched keep their types", async () => {
    await using store = await seeded({
      d: new Double(1),
      l: Long.fromNumber(5),
      m: Decimal128.fromString("1.50"),
      i: new Int32(3),
    });
    await store.things.updateOne({ _id: 1 }, { $set: { x: 1 } });
    const found = await store.things.findOne({}, { promoteValues: false, projection: { _id: 0, x: 0 } });
    expect(EJSON.stringify(found, { relaxed: false })).toBe(
      '{"d":{"$numberDouble":"1.0"},"l":{"$numberLong":"5"},"m":{"$numberDecimal":"1.50"},"i":{"$numberInt":"3"}}',
    );
  });

  test("$inc keeps a type or widens it", async () => {
    await using store = await seeded({ i: new Int32(2147483647), d: new Double(1), l: Long.fromNumber(5) });
    await store.things.updateOne({ _id: 1 }, { $inc: { i: 1, d: 1, l: 1, made: 1 } });
    const found = await store.things.findOne({}, { promoteValues: false, projection: { _id: 0 } });
    expect(EJSON.stringify(found, { relaxed: false })).toBe(
      '{"i":{"$numberLong":"2147483648"},"d":{"$numberDouble":"2.0"},"l":{"$numberLong":"6"},"made":{"$numberInt":"1"}}',
    );
  });

  test("new fields come in the order of their paths", async () => {
    await using store = await seeded({ m: 1 });
    expect(await store.after({ $set: { z: 1, "a.c": 2, "a.b": 3 }, $inc: { k: 1 } })).toBe(
      '{"m":1,"a":{"b":3,"c":2},"k":1,"z":1}',
    );
  });

  test("paths reach into arrays by index and fill what is missing with null", async () => {
    await using store = await seeded({ a: [{ b: 1 }, 2] });
    expect(await store.after({ $set: { "a.0.b": 5, "a.3": 7 } })).toBe('{"a":[{"b":5},2,null,7]}');
    expect(await store.after({ $unset: { "a.1": 1, nothing: 1 } })).toBe('{"a":[{"b":5},null,null,7]}');
  });

  test("$push appends, and makes the array", async () => {
    await using store = await seeded({ a: [3, 1] });
    expect(await store.after({ $push: { a: 2, made: 1 } })).toBe('{"a":[3,1,2],"made":[1]}');
  });

  test("$addToSet and $pull go by value, by condition on values and by condition on fields", async () => {
    await using store = await seeded({ a: [1, 2], o: [{ x: 1, y: 1 }, { x: 2 }] });
    expect(await store.after({ $addToSet: { a: new Double(2) } })).toBe('{"a":[1,2],"o":[{"x":1,"y":1},{"x":2}]}');
    expect(await store.after({ $addToSet: { a: 3 } })).toBe('{"a":[1,2,3],"o":[{"x":1,"y":1},{"x":2}]}');
    expect(await store.after({ $pull: { a: { $gte: 2 }, o: { x: 1 } } })).toBe('{"a":[1],"o":[{"x":2}]}');
    expect(await store.after({ $pull: { a: 1 } })).toBe('{"a":[],"o":[{"x":2}]}');
  });

  test("an update that changes nothing says so", async () => {
    await using store = await seeded({ a: 1 });
    expect(await store.things.updateOne({ _id: 1 }, { $set: { a: 1 } })).toMatchObject({
      matchedCount: 1,
      modifiedCount: 0,
    });
    expect(await store.things.updateOne({ _id: 2 }, { $set: { a: 1 } })).toMatchObject({
      matchedCount: 0,
      modifiedCount: 0,
    });
  });

  test("an upsert inserts what the filter equates, the update, and what is for inserts only", async () => {
    await using store = await seeded({});
    const outcome = await store.things.updateOne(
      { _id: 2, "k.a": 1, n: { $gt: 5 } },
      { $set: { b: 2 }, $setOnInsert: { c: 3 } },
      { upsert: true },
    );
    expect(outcome).toMatchObject({ upsertedCount: 1, upsertedId: 2, matchedCount: 0 });
    expect(JSON.stringify(await store.things.findOne({ _id: 2 }))).toBe('{"_id":2,"k":{"a":1},"b":2,"c":3}');
    await store.things.updateOne({ _id: 2 }, { $set: { b: 3 }, $setOnInsert: { c: 4 } }, { upsert: true });
    expect(JSON.stringify(await store.things.findOne({ _id: 2 }))).toBe('{"_id":2,"k":{"a":1},"b":3,"c":3}');
  });

  test("a replacement keeps the _id and nothing else", async () => {
    await using store = await seeded({ a: 1, b: 2 });
    await store.things.replaceOne({ a: 1 }, { c: 3 });
    expect(JSON.stringify(await store.things.findOne({}))).toBe('{"_id":1,"c":3}');
  });

  test("updateMany changes all that match", async () => {
    await using store = await seeded({ a: 1 });
    await store.things.insertMany([
      { _id: 2, a: 1 },
      { _id: 3, a: 2 },
    ]);
    expect(await store.things.updateMany({ a: 1 }, { $inc: { a: 5 } })).toMatchObject({
      matchedCount: 2,
      modifiedCount: 2,
    });
  });

  test("findOneAndUpdate takes the first of the order and gives it before or after", async () => {
    await using store = await seeded({ n: 3 });
    await store.things.insertMany([
      { _id: 2, n: 1 },
      { _id: 3, n: 2 },
    ]);
    const take = (returnDocument: "before" | "after") =>
      store.things.findOneAndUpdate(
        { taken: null },
        { $set: { taken: true } },
        {
          sort: { n: 1 },
          returnDocument,
          projection: { n: 1, taken: 1 },
        },
      );
    expect(await take("before")).toEqual({ _id: 2, n: 1 });
    expect(await take("after")).toEqual({ _id: 3, n: 2, taken: true });
    expect(await store.things.findOneAndDelete({ n: 3 })).toEqual({ _id: 1, n: 3 });
    expect(await take("after")).toBeNull();
  });

  test("many who take from one queue each take another", async () => {
    await using store = await seeded({ n: 0 });
    await store.things.insertMany(Array.from({ length: 29 }, (_, at) => ({ _id: at + 2, n: at + 1 })));
    const take = () => store.things.findOneAndUpdate({ taken: null }, { $set: { taken: true } }, { sort: { n: 1 } });
    const taken = await Promise.all(Array.from({ length: 40 }, take));
    expect(new Set(taken.flatMap((each) => each?._id ?? [])).size).toBe(30);
    expect(taken.filter((each) => each === null)).toHaveLength(10);
  });

  test("what cannot be done is refused with MongoDB's code and changes nothing", async () => {
    await using store = await seeded({ s: "text", a: [1], o: { x: 1 } });
    const refused = (update: object) => codeOf(store.things.updateOne({ _id: 1 }, update as mongo.UpdateFilter<Thing>));
    expect(await refused({ $inc: { s: 1 } })).toBe(14);
    expect(await refused({ $push: { s: 1 } })).toBe(2);
    expect(await refused({ $set: { "s.t": 1 } })).toBe(28);
    expect(await refused({ $set: { "a.x": 1 } })).toBe(28);
    expect(await refused({ $set: { o: 1, "o.x": 2 } })).toBe(40);
    expect(await refused({ $set: { _id: 2 } })).toBe(66);
    expect(await refused({ $nonsense: { a: 1 } })).toBe(9);
    expect(await store.things.findOne({})).toEqual({ _id: 1, s: "text", a: [1], o: { x: 1 } });
  });
});
