import type { mongo } from "mongoose";
import { expect, test } from "vitest";
import { openStore } from "../support/open-store.js";
import { openTempFolder } from "../support/temp-folder.js";

type Things = mongo.Collection;
type Ask = (things: Things, db: mongo.Db) => Promise<unknown>;

const find =
  (filter: object): Ask =>
  (things) =>
    things.find(filter).toArray();
const update =
  (change: object): Ask =>
  (things) =>
    things.updateOne({}, change as mongo.Document);
const run =
  (...pipeline: mongo.Document[]): Ask =>
  (things) =>
    things.aggregate(pipeline).toArray();
const compute = (a: unknown): Ask => run({ $project: { a } });

const REFUSED: readonly (readonly [name: string, ask: Ask])[] = [
  ["$where", find({ $where: "true" })],
  ["$mod", find({ a: { $mod: [2, 1] } })],
  ["$not", find({ a: { $not: { $gt: 1 } } })],
  ["$nor", find({ $nor: [{ a: 1 }] })],
  ["$all", find({ a: { $all: [1] } })],
  ["$size", find({ a: { $size: 1 } })],
  ["$regex", find({ a: { $regex: "a" } })],
  ["regular expressions", find({ a: /a/ })],
  ["regular expressions", find({ a: { $in: [/a/] } })],
  ["regular expressions", find({ a: { $elemMatch: { $ne: /a/ } } })],
  ["$rename", update({ $rename: { a: "b" } })],
  ["$min", update({ $min: { a: 1 } })],
  ["$max", update({ $max: { a: 1 } })],
  ["$currentDate", update({ $currentDate: { a: true } })],
  ["$each of $push", update({ $push: { a: { $each: [1] } } })],
  ["$each of $addToSet", update({ $addToSet: { a: { $each: [1] } } })],
  ["updates by a pipeline", update([{ $set: { a: 1 } }])],
  ["$[]", update({ $set: { "a.$[].b": 1 } })],
  ["$facet", run({ $facet: { a: [] } })],
  ["$skip", run({ $skip: 1 })],
  ["$set", run({ $set: { a: 1 } })],
  ["$unset", run({ $unset: "a" })],
  ["includeArrayIndex", run({ $unwind: { path: "$a", includeArrayIndex: "at" } })],
  ["$lookup with let", run({ $lookup: { from: "b", let: {}, pipeline: [], as: "c" } })],
  ["$avg", run({ $group: { _id: null, a: { $avg: "$a" } } })],
  ["$last", run({ $group: { _id: null, a: { $last: "$a" } } })],
  ["$push", run({ $group: { _id: null, a: { $push: "$a" } } })],
  ["$count", run({ $group: { _id: null, a: { $count: {} } } })],
  ...["$add", "$concat", "$filter", "$size", "$strLenCP", "$mergeObjects", "$allElementsTrue"].map(
    (name) => [name, compute({ [name]: ["$a"] })] as const,
  ),
  ["$$NOW", compute("$$NOW")],
  ["collation", (things) => things.find().collation({ locale: "de" }).toArray()],
  ['"text"', (things) => things.createIndex({ a: "text" })],
  ["wildcard", (things) => things.createIndex({ "a.$**": 1 })],
  ["change streams", (things) => things.watch().next()],
  ["collStats", (_, db) => db.command({ collStats: "things", scale: 1024 })],
  ["mapReduce", (_, db) => db.command({ mapReduce: "things" })],
];

test("what the store does not implement is refused by name", async () => {
  await using folder = await openTempFolder();
  await using store = await openStore(folder.path);
  const things = store.db.collection("things");
  await things.insertOne({ a: 1 });
  const answers = await Promise.all(
    REFUSED.map(([, ask]) => ask(things, store.db).then(JSON.stringify, (error: mongo.MongoServerError) => error)),
  );
  const isNamed = (answer: unknown, name: string): boolean =>
    (answer as mongo.MongoServerError).code === 238 && (answer as Error).message.includes(name);

  expect(REFUSED.filter(([name], at) => !isNamed(answers[at], name)).map(([name]) => name)).toEqual([]);
  expect(await things.find({}, { projection: { _id: 0 } }).toArray()).toEqual([{ a: 1 }]);
});
