// Measures the store through the driver: npx tsc -b tsconfig.build.json && node bench/store.mjs
// With MONGODB_URI set it measures that server instead.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openConnection } from "../dist/open-connection.js";
import { median } from "./support/measure.mjs";

const dataFolder = await mkdtemp(join(tmpdir(), "rocas-bench-"));
const mongodbUri = process.env.MONGODB_URI;
const opened = await openConnection({ mongodbUri, dataFolder, databaseName: "rocas_bench" });
const { db } = opened.connection;
await db.dropDatabase();

async function measured(what, times, work) {
  const taken = [];
  for (let time = 0; time < times; time += 1) {
    const began = performance.now();
    await work(time);
    taken.push(performance.now() - began);
  }
  console.log(`${what.padEnd(60)} ${median(taken).toFixed(2)} ms`);
}

async function writers(count) {
  const inserts = db.collection("inserts");
  const began = performance.now();
  let done = 0;
  const write = async (writer) => {
    while (performance.now() - began < 2000) {
      await inserts.insertOne({ _id: `${count}-${writer}-${done++}`, name: "x".repeat(100), n: done });
    }
  };
  await Promise.all(Array.from({ length: count }, (_, writer) => write(writer)));
  console.log(
    `inserts a second, ${String(count).padStart(2)} writers`.padEnd(60),
    Math.round(done / ((performance.now() - began) / 1000)),
  );
}

const children = db.collection("children");
await children.createIndexes([{ key: { parent: 1, created: -1, _id: -1 } }, { key: { name: 1 } }]);
const parents = Array.from({ length: 100 }, (_, at) => ({ _id: `p${at}` }));
await db.collection("parents").insertMany(parents);
await measured("100,000 documents inserted in portions of 10,000", 10, (portion) =>
  children.insertMany(
    Array.from({ length: 10_000 }, (_, at) => {
      const n = portion * 10_000 + at;
      return {
        _id: `c${n}`,
        parent: `p${n % 100}`,
        created: n,
        name: `n${n}`,
        text: "x".repeat(200),
        other: (n * 7919) % 100_003,
      };
    }),
  ),
);
await db.collection("inserts").createIndex({ n: 1 });
for (const count of [1, 16, 64]) await writers(count);

await measured("findOne by _id", 300, (at) => children.findOne({ _id: `c${at * 31}` }));
await measured("200 by _id with $in", 100, () =>
  children.find({ _id: { $in: Array.from({ length: 200 }, (_, at) => `c${at * 17}`) } }).toArray(),
);
await measured("a page of 20 out of 1,000 by index and keyset", 200, (at) =>
  children
    .find({
      parent: `p${at % 100}`,
      created: { $lte: 50_000 },
      $or: [{ created: { $lt: 50_000 } }, { created: 50_000, _id: { $lt: "c5" } }],
    })
    .sort({ created: -1, _id: -1 })
    .limit(20)
    .toArray(),
);
await measured("count of 1,000 by index", 50, (at) => children.countDocuments({ parent: `p${at}` }));
await measured("$lookup of 21 out of 1,000 children for 100 parents", 20, () =>
  db
    .collection("parents")
    .aggregate([
      { $match: { _id: { $in: parents.map(({ _id }) => _id) } } },
      {
        $lookup: {
          from: "children",
          localField: "_id",
          foreignField: "parent",
          pipeline: [{ $sort: { created: -1, _id: -1 } }, { $limit: 21 }],
          as: "page",
        },
      },
    ])
    .toArray(),
);
await measured("100,000 read, none found, no index", 5, () => children.find({ other: -1 }).toArray());
await measured("100,000 sorted without an index, 20 taken", 5, () =>
  children.find().sort({ other: 1 }).limit(20).toArray(),
);
let slowest = 0;
const scan = children.find().sort({ other: 1, name: 1 }).skip(99_990).toArray();
while ((await Promise.race([scan, null])) === null) {
  const began = performance.now();
  await children.findOne({ _id: "c77" });
  slowest = Math.max(slowest, performance.now() - began);
}
console.log("slowest findOne beside a whole unindexed sort".padEnd(60), `${slowest.toFixed(2)} ms`);
await db.dropDatabase();
await opened[Symbol.asyncDispose]();
await rm(dataFolder, { recursive: true, force: true });
