import { expect, test } from "vitest";
import { eachStore } from "../support/each-store.js";

interface Thing {
  readonly _id: number;
  readonly [field: string]: unknown;
}

eachStore((database) => {
  test("names of one length, and names that are not ASCII, are told apart", async () => {
    await using store = database();
    const things = store.db.collection<Thing>("things");
    await things.insertOne({ _id: 1, ab: 1, ac: { b: 1, c: 2 }, é: 3, "": 4, ad: 5 });
    const shown = (projection: object) => things.findOne({}, { projection });

    expect(await shown({ ac: 1, é: 1 })).toEqual({ _id: 1, ac: { b: 1, c: 2 }, é: 3 });
    expect(await shown({ "ac.c": 1, ad: 1, _id: 0 })).toEqual({ ac: { c: 2 }, ad: 5 });
    expect(await shown({ ab: 0, "ac.b": 0 })).toEqual({ _id: 1, ac: { c: 2 }, é: 3, "": 4, ad: 5 });
  });

  test("elements of arrays keep their order, and those that hold no fields go or stay", async () => {
    await using store = database();
    const things = store.db.collection<Thing>("things");
    const many = Array.from({ length: 12 }, (_, n) => (n % 3 === 0 ? n : { n, text: "x".repeat(n * 20) }));
    await things.insertOne({ _id: 1, many, deep: [[{ n: 1, m: 2 }, 3], { n: [4], m: 5 }], none: 6 });
    const shown = (projection: object) => things.findOne({}, { projection: { _id: 0, ...projection } });

    expect(await shown({ "many.n": 1 })).toEqual({
      many: many.flatMap((each) => (typeof each === "number" ? [] : [{ n: each.n }])),
    });
    expect(await shown({ deep: 0, "many.text": 0, "none.x": 0 })).toEqual({
      many: many.map((each) => (typeof each === "number" ? each : { n: each.n })),
      none: 6,
    });
    expect(await shown({ "deep.n": 1, "none.x": 1 })).toEqual({ deep: [[{ n: 1 }], { n: [4] }] });
  });

  test("a projection that ends a pipeline shows what one of a find shows", async () => {
    await using store = database();
    const things = store.db.collection<Thing>("things");
    await things.insertMany(Array.from({ length: 5 }, (_, _id) => ({ _id, a: [{ b: _id, c: 0 }], d: _id % 2 })));
    const projection = { "a.b": 1 };
    const found = await things.find({ d: 0 }, { projection, sort: { _id: -1 }, limit: 2 }).toArray();
    const page = [{ $sort: { _id: -1 } }, { $limit: 2 }, { $project: projection }];

    expect(await things.aggregate([{ $match: { d: 0 } }, ...page]).toArray()).toEqual(found);
    expect(await things.aggregate([{ $match: { d: 0 } }, { $addFields: { e: 1 } }, ...page]).toArray()).toEqual(found);
    const lookup = { from: "things", localField: "d", foreignField: "d", pipeline: page, as: "all" };
    expect(await things.aggregate([{ $match: { _id: 0 } }, { $lookup: lookup }]).toArray()).toMatchObject([
      { all: found },
    ]);
  });

  test("large answers to many connections hold each its own documents", async () => {
    await using store = database();
    const things = store.db.collection<{ _id: number; text: string }>("things");
    await things.insertMany(Array.from({ length: 200 }, (_, _id) => ({ _id, text: String(_id % 10).repeat(5_000) })));
    const ask = async (n: number) => {
      const found = await things.find({ text: { $lte: `${n}~` } }, { sort: { _id: 1 } }).toArray();
      return found.every(({ _id, text }) => text === String(_id % 10).repeat(5_000)) && found.length;
    };

    const answers = await Promise.all(Array.from({ length: 60 }, (_, n) => ask(n % 10)));

    expect(answers).toEqual(Array.from({ length: 60 }, (_, n) => ((n % 10) + 1) * 20));
  });

  test("an index is kept up if a change touches its condition alone, or another field of a path that it has", async () => {
    await using store = database();
    const things = store.db.collection<Thing>("things");
    await things.createIndexes([
      { key: { a: 1 }, partialFilterExpression: { "open.by": "x" } },
      { key: { "c.d": 1 } },
      { key: { e: 1 }, unique: true },
    ]);
    await things.insertMany(
      [1, 2, 3].map((n) => ({ _id: n, a: n, open: { by: "y" }, c: { d: n, f: 0 }, e: n, note: "" })),
    );
    const ids = async (filter: object) => (await things.find(filter).sort({ _id: 1 }).toArray()).map(({ _id }) => _id);

    await things.updateOne({ _id: 1 }, { $set: { "open.by": "x" } });
    await things.updateOne({ _id: 2 }, { $set: { "c.f": 1, note: "longer" }, $unset: { a: 1 } });
    await things.updateOne({ _id: 3 }, { $unset: { note: 1 }, $set: { "c.d": 9, e: 4, z: 1 } });

    expect(await ids({ a: { $gt: 0 }, "open.by": "x" })).toEqual([1]);
    expect([await ids({ "c.d": 2 }), await ids({ "c.d": 3 }), await ids({ "c.d": 9 })]).toEqual([[2], [], [3]]);
    expect(await ids({ e: 4 })).toEqual([3]);
    await expect(things.insertOne({ _id: 5, e: 4 })).rejects.toMatchObject({ code: 11000 });
    await expect(things.updateOne({ _id: 3 }, { $set: { e: 3 } })).resolves.toMatchObject({ modifiedCount: 1 });
  });
});
