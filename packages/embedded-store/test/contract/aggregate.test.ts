import { expect, test } from "vitest";
import { eachStore } from "../support/each-store.js";

interface Thing {
  _id: number;
  [field: string]: unknown;
}

eachStore((database) => {
  const seeded = async (things: Thing[], children: Thing[] = []) => {
    const own = database();
    await own.db.collection<Thing>("things").insertMany(things);
    if (children.length > 0) await own.db.collection<Thing>("children").insertMany(children);
    const run = (...pipeline: object[]) =>
      own.db
        .collection("things")
        .aggregate(pipeline as Record<string, unknown>[])
        .toArray();
    return { ...own, run };
  };

  test("$match, $sort and $limit work in their order", async () => {
    await using store = await seeded(Array.from({ length: 20 }, (_, _id) => ({ _id, n: 20 - _id })));
    expect(
      await store.run({ $match: { n: { $gt: 5 } } }, { $sort: { n: 1 } }, { $limit: 3 }, { $match: { n: 8 } }),
    ).toEqual([{ _id: 12, n: 8 }]);
  });

  test("$project and $addFields compute simple fields", async () => {
    await using store = await seeded([{ _id: 1, a: { b: 2 }, c: [{ d: 1 }, { d: 2 }] }]);
    expect(
      await store.run({
        $project: { x: "$a.b", ds: "$c.d", l: { $literal: "$a" }, o: { y: "$a.b" }, missing: "$none" },
      }),
    ).toEqual([{ _id: 1, x: 2, ds: [1, 2], l: "$a", o: { y: 2 } }]);
    expect(await store.run({ $addFields: { "a.e": 5, f: "$a" } }, { $project: { c: 0 } })).toEqual([
      { _id: 1, a: { b: 2, e: 5 }, f: { b: 2 } },
    ]);
  });

  test("$group adds up and takes the first, $count counts", async () => {
    await using store = await seeded([
      { _id: 1, k: "a", n: 1 },
      { _id: 2, k: "b", n: 5 },
      { _id: 3, k: "a", n: 2.5 },
      { _id: 4, k: "a" },
    ]);
    const group = {
      _id: "$k",
      count: { $sum: 1 },
      sum: { $sum: "$n" },
      first: { $first: "$_id" },
    };
    expect(await store.run({ $sort: { _id: 1 } }, { $group: group }, { $sort: { _id: 1 } })).toEqual([
      { _id: "a", count: 3, sum: 3.5, first: 1 },
      { _id: "b", count: 1, sum: 5, first: 2 },
    ]);
    expect(await store.run({ $match: { k: "a" } }, { $count: "found" })).toEqual([{ found: 3 }]);
  });

  test("$unwind gives a document for each element", async () => {
    await using store = await seeded([{ _id: 1, a: [7, 8] }, { _id: 2, a: [] }, { _id: 3, a: 9 }, { _id: 4 }]);
    expect(await store.run({ $unwind: "$a" })).toEqual([
      { _id: 1, a: 7 },
      { _id: 1, a: 8 },
      { _id: 3, a: 9 },
    ]);
    expect(
      await store.run({ $unwind: { path: "$a", preserveNullAndEmptyArrays: true } }, { $match: { a: null } }),
    ).toEqual([{ _id: 2 }, { _id: 4 }]);
  });

  test("$lookup joins a sorted page of children to each parent", async () => {
    const children = Array.from({ length: 30 }, (_, _id) => ({ _id, parent: _id % 3, n: _id }));
    await using store = await seeded([{ _id: 0 }, { _id: 1 }, { _id: 7 }], children);
    const page = [{ $match: { n: { $lt: 25 } } }, { $sort: { n: -1 } }, { $limit: 2 }, { $project: { n: 1, _id: 0 } }];
    const lookup = { from: "children", localField: "_id", foreignField: "parent", pipeline: page, as: "page" };
    expect(
      await store.run({ $match: { _id: { $in: [0, 1, 7] } } }, { $sort: { _id: 1 } }, { $lookup: lookup }),
    ).toEqual([
      { _id: 0, page: [{ n: 24 }, { n: 21 }] },
      { _id: 1, page: [{ n: 22 }, { n: 19 }] },
      { _id: 7, page: [] },
    ]);
  });

  test("$lookup of an array joins by each element, of a missing field by null", async () => {
    await using store = await seeded(
      [{ _id: 1, refs: [10, 12] }, { _id: 2 }],
      [{ _id: 10, k: 1 }, { _id: 11 }, { _id: 12, k: 2 }],
    );
    const byId = {
      $lookup: {
        from: "children",
        localField: "refs",
        foreignField: "_id",
        pipeline: [{ $sort: { _id: 1 } }],
        as: "found",
      },
    };
    expect((await store.run({ $match: { _id: 1 } }, byId))[0]!.found).toEqual([
      { _id: 10, k: 1 },
      { _id: 12, k: 2 },
    ]);
    const byNull = { $lookup: { from: "children", localField: "refs", foreignField: "k", as: "found" } };
    expect((await store.run({ $match: { _id: 2 } }, byNull))[0]!.found).toEqual([{ _id: 11 }]);
  });

  test("$unionWith adds what its pipeline finds in the other collection", async () => {
    await using store = await seeded([{ _id: 1, k: "a" }, { _id: 2 }], [{ _id: 10, k: "a" }, { _id: 11 }]);
    const inChildren = { coll: "children", pipeline: [{ $match: { k: "a" } }, { $project: { k: 0 } }] };
    expect(
      await store.run({ $match: { k: "a" } }, { $unionWith: inChildren }, { $unionWith: { coll: "nobody" } }),
    ).toEqual([{ _id: 1, k: "a" }, { _id: 10 }]);
    expect(await store.run({ $unionWith: "children" }, { $match: { _id: { $gt: 1 } } }, { $limit: 2 })).toEqual([
      { _id: 2 },
      { _id: 10, k: "a" },
    ]);
    await expect(store.run({ $unionWith: 5 })).rejects.toMatchObject({ code: 9 });
    await expect(store.run({ $unionWith: { coll: "children", other: 1 } })).rejects.toMatchObject({ code: 40415 });
    await expect(store.run({ $unionWith: { pipeline: [] } })).rejects.toMatchObject({ code: 9 });
  });

  test("$lookup sorts a page by what it computes, after a key that is computed too", async () => {
    const children = Array.from({ length: 40 }, (_, _id) => ({
      _id,
      parent: _id % 2,
      superseded: _id % 5 === 0,
      details: _id % 3 === 0 ? { "a.b": `s${_id % 4}` } : { "a.b": [_id] },
    }));
    await using store = await seeded([{ _id: 0 }, { _id: 1 }, { _id: 2 }], children);
    await store.db.collection("children").createIndex({ parent: 1, superseded: 1, _id: -1 });
    const value = { $getField: { field: "a.b", input: "$details" } };
    const pipeline = [
      { $match: { superseded: false, $expr: { $eq: [{ $type: value }, "string"] } } },
      { $addFields: { order: value } },
      { $match: { $expr: { $or: [{ $gt: ["$order", "s0"] }, { $and: ["$no", "$order"] }] } } },
      { $sort: { order: -1, _id: 1 } },
      { $limit: 3 },
      { $project: { details: 0, superseded: 0 } },
    ];
    const lookup = { from: "children", localField: "_id", foreignField: "parent", pipeline, as: "page" };
    expect(await store.run({ $sort: { _id: 1 } }, { $lookup: lookup })).toEqual([
      {
        _id: 0,
        page: [
          { _id: 6, parent: 0, order: "s2" },
          { _id: 18, parent: 0, order: "s2" },
        ],
      },
      {
        _id: 1,
        page: [
          { _id: 3, parent: 1, order: "s3" },
          { _id: 27, parent: 1, order: "s3" },
          { _id: 39, parent: 1, order: "s3" },
        ],
      },
      { _id: 2, page: [] },
    ]);
  });

  test("a page by fields that are computed has the stored and the missing ones in their order", async () => {
    const details = [{ a: 2 }, { a: "x" }, {}, { a: 1 }, { a: null }, { a: { b: 1 } }, { a: true }, { a: 2 }];
    await using store = await seeded(details.map((each, _id) => ({ _id, key: 9 - _id, details: each })));
    const value = { $getField: { field: "a", input: "$details" } };
    const page = (key: unknown, sort: object, $limit: number) =>
      store.run(
        { $addFields: { key, other: "$key" } },
        { $sort: sort },
        { $limit },
        { $project: { key: 1, other: 1 } },
      );
    expect(await page(value, { key: -1, other: 1 }, 4)).toEqual([
      { _id: 6, key: true, other: 3 },
      { _id: 5, key: { b: 1 }, other: 4 },
      { _id: 1, key: "x", other: 8 },
      { _id: 7, key: 2, other: 2 },
    ]);
    expect(await page({ $ifNull: [value, "$$REMOVE"] }, { key: 1, _id: -1 }, 3)).toEqual([
      { _id: 4, other: 5 },
      { _id: 2, other: 7 },
      { _id: 3, key: 1, other: 6 },
    ]);
    expect(await page({ b: value }, { "key.b": -1, other: 1 }, 1)).toEqual([{ _id: 6, key: { b: true }, other: 3 }]);
  });

  test("what is wrong with a field that is computed is said if the page is not sorted by it", async () => {
    await using store = await seeded([
      { _id: 1, text: "x" },
      { _id: 2, text: 3 },
    ]);
    const place = { $indexOfCP: ["$text", "x"] };
    const page = (sort: object) => store.run({ $addFields: { place, key: "$_id" } }, { $sort: sort }, { $limit: 1 });
    await expect(page({ key: 1 })).rejects.toMatchObject({ code: 40093 });
    await expect(page({ key: 1, place: 1 })).rejects.toMatchObject({ code: 40093 });
  });

  test("$addFields sets and takes away fields, within arrays too", async () => {
    await using store = await seeded([{ _id: 1, a: { b: 1 }, l: [{ k: 1 }, 2], n: 3 }]);
    expect(await store.run({ $addFields: { "a.c": "$n", l: { k: "$n" }, n: "$$REMOVE", "n2.x": "$no" } })).toEqual([
      { _id: 1, a: { b: 1, c: 3 }, l: [{ k: 3 }, { k: 3 }], n2: {} },
    ]);
    const pipeline = [
      { $addFields: { key: "$n" } },
      { $match: { key: 3 } },
      { $project: { key: 0, "a.b": 0, "l.k": 0 } },
    ];
    expect(await store.run(...pipeline)).toEqual([{ _id: 1, a: {}, l: [{}, 2], n: 3 }]);
  });

  test("malformed computed fields are refused", async () => {
    await using store = await seeded([{ _id: 1, a: 1 }]);
    const codeOf = (stage: object): Promise<unknown> =>
      store.run(stage).catch((error: { code: unknown }) => error.code);
    const specifications = [
      { a: 1, "a.b": 1 },
      { a: {} },
      { a: { "b.c": 1 } },
      { a: { b: 1, $eq: [1, 1] } },
      { "a.": 1 },
    ];
    expect(await Promise.all(specifications.map(($addFields) => codeOf({ $addFields })))).toEqual([
      40176, 40180, 40183, 40181, 40353,
    ]);
    expect(await codeOf({ $project: { a: 0, b: "$a" } })).toBe(31310);
  });
});
