import { Double, Int32, Long } from "bson";
import { expect, test } from "vitest";
import { eachStore } from "../support/each-store.js";

const idsOf = (documents: readonly { _id: unknown }[]): unknown[] => documents.map(({ _id }) => _id);

eachStore((database) => {
  const seeded = async (documents: object[]) => {
    const own = database();
    await own.db.collection("things").insertMany(documents);
    const ids = async (filter: object, sort: Record<string, 1 | -1> = { _id: 1 }): Promise<unknown[]> =>
      idsOf(await own.db.collection("things").find(filter).sort(sort).toArray());
    return { ...own, things: own.db.collection<{ _id: number }>("things"), ids };
  };

  test("numbers of different types are equal by value", async () => {
    await using store = await seeded([
      { _id: 1, n: new Int32(2) },
      { _id: 2, n: new Double(2) },
      { _id: 3, n: Long.fromNumber(2) },
      { _id: 4, n: "2" },
    ]);
    expect(await store.ids({ n: 2 })).toEqual([1, 2, 3]);
  });

  test("whole numbers beyond a double's precision are told apart", async () => {
    const [even, odd] = [Long.fromString("9007199254740992"), Long.fromString("9007199254740993")];
    await using store = await seeded([
      { _id: 1, n: even },
      { _id: 2, n: odd },
    ]);
    await store.things.createIndex({ n: 1 });
    expect(await store.ids({ n: { $gt: even } })).toEqual([2]);
  });

  test("null finds what is null and what is missing", async () => {
    await using store = await seeded([
      { _id: 1, a: null },
      { _id: 2 },
      { _id: 3, a: 0 },
      { _id: 4, a: [null] },
      { _id: 5, a: [] },
    ]);
    expect(await store.ids({ a: null })).toEqual([1, 2, 4]);
  });

  test("a value finds arrays that hold it, an array finds itself and arrays that hold it", async () => {
    await using store = await seeded([
      { _id: 1, a: [1, 2] },
      { _id: 2, a: 1 },
      { _id: 3, a: [[1, 2], 3] },
      { _id: 4, a: [2, 1] },
    ]);
    expect(await store.ids({ a: 1 })).toEqual([1, 2, 4]);
    expect(await store.ids({ a: [1, 2] })).toEqual([1, 3]);
  });

  test("an object finds only objects of the same fields in the same order", async () => {
    await using store = await seeded([
      { _id: 1, a: { x: 1, y: 2 } },
      { _id: 2, a: { y: 2, x: 1 } },
      { _id: 3, a: { x: 1, y: 2, z: 3 } },
    ]);
    expect(await store.ids({ a: { x: 1, y: 2 } })).toEqual([1]);
  });

  test("a path goes into the objects of an array and by index", async () => {
    await using store = await seeded([
      { _id: 1, a: [{ b: 1 }, { b: 2 }] },
      { _id: 2, a: [{ b: 2 }, { b: 1 }] },
      { _id: 3, a: { b: 2 } },
    ]);
    expect(await store.ids({ "a.b": 2 })).toEqual([1, 2, 3]);
    expect(await store.ids({ "a.0.b": 2 })).toEqual([2]);
  });

  test("comparisons stay within a type", async () => {
    await using store = await seeded([
      { _id: 1, a: 5 },
      { _id: 2, a: "5" },
      { _id: 3, a: new Date(5) },
      { _id: 4, a: null },
      { _id: 5, a: NaN },
    ]);
    expect(await store.ids({ a: { $gte: 0 } })).toEqual([1]);
    expect(await store.ids({ a: { $lt: "6" } })).toEqual([2]);
  });

  test("two comparisons may be met by two elements, $elemMatch asks for one", async () => {
    await using store = await seeded([
      { _id: 1, a: [1, 9] },
      { _id: 2, a: [5] },
    ]);
    await store.things.createIndex({ a: 1 });
    expect(await store.ids({ a: { $gt: 4, $lt: 6 } })).toEqual([1, 2]);
    expect(await store.ids({ a: { $elemMatch: { $gt: 4, $lt: 6 } } })).toEqual([2]);
  });

  test("$elemMatch on objects takes conditions on one of them", async () => {
    await using store = await seeded([
      {
        _id: 1,
        a: [
          { x: 1, y: 2 },
          { x: 3, y: 4 },
        ],
      },
      { _id: 2, a: [{ x: 1, y: 4 }] },
    ]);
    expect(await store.ids({ a: { $elemMatch: { x: 1, y: 4 } } })).toEqual([2]);
    expect(await store.ids({ "a.x": 1, "a.y": 4 })).toEqual([1, 2]);
  });

  test("$in and $nin know missing fields", async () => {
    await using store = await seeded([{ _id: 1, a: "alpha" }, { _id: 2, a: 7 }, { _id: 3 }, { _id: 4, a: ["x", 7] }]);
    expect(await store.ids({ a: { $in: ["alpha", 7] } })).toEqual([1, 2, 4]);
    expect(await store.ids({ a: { $in: [null] } })).toEqual([3]);
    expect(await store.ids({ a: { $nin: [7, null] } })).toEqual([1]);
  });

  test("$exists and $type", async () => {
    await using store = await seeded([{ _id: 1, a: [1, 2, 3] }, { _id: 2, a: [1] }, { _id: 3, a: 1 }, { _id: 4 }]);
    expect(await store.ids({ a: { $exists: false } })).toEqual([4]);
    expect(await store.ids({ a: { $type: "array" } })).toEqual([1, 2]);
    expect(await store.ids({ a: { $type: "int" } })).toEqual([1, 2, 3]);
  });

  test("$or and $and", async () => {
    await using store = await seeded([
      { _id: 1, a: 1 },
      { _id: 2, a: 2, b: 1 },
      { _id: 3, b: 1 },
    ]);
    expect(await store.ids({ $or: [{ a: 1 }, { b: 1, a: { $exists: false } }] })).toEqual([1, 3]);
    expect(await store.ids({ $and: [{ b: 1 }, { $or: [{ a: 2 }, { a: 7 }] }] })).toEqual([2]);
  });

  test("values sort by type, then by value, arrays by their least or greatest", async () => {
    await using store = await seeded([
      { _id: 1, a: "x" },
      { _id: 2, a: 5 },
      { _id: 3, a: null },
      { _id: 4, a: [9, 1] },
      { _id: 5, a: { b: 1 } },
      { _id: 6, a: true },
      { _id: 7, a: new Date(0) },
      { _id: 8, a: [] },
    ]);
    const ascending = [8, 3, 4, 2, 1, 5, 6, 7];
    expect(await store.ids({}, { a: 1 })).toEqual(ascending);
    await store.things.createIndex({ a: 1 });
    expect(await store.ids({}, { a: 1 })).toEqual(ascending);
    expect(await store.ids({}, { a: -1 })).toEqual([7, 6, 5, 1, 4, 2, 3, 8]);
  });

  test("projections keep the document's order and reach into arrays", async () => {
    await using store = await seeded([{ _id: 1, b: 1, a: [{ x: 1, y: 2 }, 5], c: { d: 1, e: 2 } }]);
    const show = async (projection: object) => JSON.stringify(await store.things.findOne({}, { projection }));
    expect(await show({ a: 1, b: 1 })).toBe('{"_id":1,"b":1,"a":[{"x":1,"y":2},5]}');
    expect(await show({ "a.x": 1, "c.e": 1, _id: 0 })).toBe('{"a":[{"x":1}],"c":{"e":2}}');
    expect(await show({ "a.x": 0, c: 0 })).toBe('{"_id":1,"b":1,"a":[{"y":2},5]}');
  });

  test("skip, limit and small batches give every document once", async () => {
    await using store = await seeded(Array.from({ length: 250 }, (_, _id) => ({ _id, n: _id % 7 })));
    const found = await store.things
      .find({ n: { $gte: 0 } })
      .sort({ n: 1, _id: 1 })
      .skip(10)
      .limit(200)
      .batchSize(13)
      .toArray();
    expect(found).toHaveLength(200);
    expect(new Set(idsOf(found)).size).toBe(200);
  });

  test("counts and distinct values", async () => {
    await using store = await seeded([
      { _id: 1, a: [1, 2] },
      { _id: 2, a: 2 },
      { _id: 3, a: "x" },
    ]);
    expect(await store.things.countDocuments({ a: 2 })).toBe(2);
    expect(await store.things.estimatedDocumentCount()).toBe(3);
    expect(await store.things.distinct("a" as "_id")).toEqual([1, 2, "x"]);
  });
});
