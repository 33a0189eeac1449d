import { expect, test } from "vitest";
import { eachStore } from "../support/each-store.js";

interface Thing {
  _id: number;
  [field: string]: unknown;
}

const nested = (field: string) => ({ $getField: { field, input: "$details" } });

eachStore((database) => {
  const seeded = async () => {
    const own = database();
    const things = own.db.collection<Thing>("things");
    await things.insertMany([
      { _id: 1, n: 1, details: { size: 5, tags: ["x", "y"] } },
      { _id: 2, n: 2, details: { size: [5], tags: "x" } },
      { _id: 3, n: 3, details: { size: "5", "a.b": { $c: 1 } } },
      { _id: 4, n: 4, details: null },
      { _id: 5, n: 5 },
    ]);
    const ids = async (filter: object): Promise<number[]> =>
      (await things.find(filter).sort({ _id: 1 }).toArray()).map(({ _id }) => _id);
    return { ...own, things, ids };
  };
  const codeOf = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => "it was allowed",
      (error: { code: unknown }) => error.code,
    );

  test("an expression compares a value as it is, where a plain condition enters arrays", async () => {
    await using store = await seeded();
    expect(await store.ids({ "details.size": 5 })).toEqual([1, 2]);
    expect(await store.ids({ $expr: { $eq: [nested("size"), 5] } })).toEqual([1]);
    expect(await store.ids({ $expr: { $eq: [{ $type: nested("size") }, "missing"] } })).toEqual([5]);
    const inner = { $getField: { field: { $literal: "$c" }, input: nested("a.b") } };
    expect(await store.ids({ $expr: { $eq: [inner, 1] } })).toEqual([3]);
  });

  test("an expression stands beside conditions and in $and and $or", async () => {
    await using store = await seeded();
    const isLate = { $expr: { $gte: ["$n", 3] } };
    expect(await store.ids({ n: { $lt: 5 }, ...isLate })).toEqual([3, 4]);
    expect(await store.ids({ $and: [isLate, { details: null }] })).toEqual([4, 5]);
    expect(await store.ids({ $or: [isLate, { _id: 1 }] })).toEqual([1, 3, 4, 5]);
  });

  test("what an expression gives is true or false as a truth is", async () => {
    await using store = await seeded();
    expect(await store.ids({ $expr: "$details" })).toEqual([1, 2, 3]);
    expect(await store.ids({ $expr: false })).toEqual([]);
    expect(await store.ids({ $expr: "text" })).toEqual([1, 2, 3, 4, 5]);
  });

  test("an index that serves the rest of a filter does not lose its expression", async () => {
    await using store = await seeded();
    await store.things.createIndex({ n: 1 });
    const filter = { n: { $gte: 2 }, $expr: { $isArray: [nested("size")] } };
    expect(await store.ids(filter)).toEqual([2]);
    expect(await store.things.countDocuments(filter)).toBe(1);
    expect(await store.things.countDocuments({ n: 2, $expr: { $eq: ["$n", 3] } })).toBe(0);
    expect((await store.db.command({ count: "things", query: filter })).n).toBe(1);
    expect(await store.things.find(filter).sort({ n: -1 }).limit(3).toArray()).toHaveLength(1);
    const told = await store.things.find(filter).hint({ n: 1 }).explain("executionStats");
    expect(told.executionStats).toMatchObject({ nReturned: 1, totalDocsExamined: 4 });
  });

  test("documents are changed and removed by an expression, but not upserted", async () => {
    await using store = await seeded();
    const filter = { $expr: { $gt: ["$n", 3] } };
    expect((await store.things.updateMany(filter, { $set: { late: true } })).modifiedCount).toBe(2);
    expect((await store.things.deleteMany({ $expr: { $eq: ["$late", true] } })).deletedCount).toBe(2);
    expect(await codeOf(store.things.updateOne(filter, { $set: { late: true } }, { upsert: true }))).toBe(224);
  });

  test("an expression is refused where it is malformed, in elements, and in the definition of an index", async () => {
    await using store = await seeded();
    expect(await codeOf(store.ids({ $expr: { $eq: [1] } }))).toBe(16020);
    expect(await codeOf(store.ids({ tags: { $elemMatch: { $expr: true } } }))).toBe(2);
    expect(await codeOf(store.ids({ n: { $expr: true } }))).toBe(2);
    expect(await codeOf(store.ids({ $expr: { $in: [1, "$n"] } }))).toBe(40081);
    expect(await codeOf(store.things.createIndex({ n: 1 }, { partialFilterExpression: { $expr: true } }))).toBe(224);
  });
});
