import type { mongo } from "mongoose";
import { expect, test } from "vitest";
import { openStore } from "../support/open-store.js";
import { openTempFolder } from "../support/temp-folder.js";

test("what the store does not implement is refused by name", async () => {
  await using folder = await openTempFolder();
  await using opened = await openStore(folder.path);
  const things = opened.db.collection("things");
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
    refusal(opened.db.command({ collStats: "things", scale: 1024 })),
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
