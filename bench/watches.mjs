// Measures inserts while they are watched: npx tsc -b tsconfig.build.json && node bench/watchers.mjs
// With MONGODB_URI set it measures that server instead.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openConnection } from "../dist/open-connection.js";

const MS = 3000;
const WRITERS = 16;
const INSERTS = { $match: { operationType: "insert" } };
const dataFolder = await mkdtemp(join(tmpdir(), "rocas-bench-"));
const mongodbUri = process.env.MONGODB_URI;
const opened = await openConnection({ mongodbUri, dataFolder, databaseName: "rocas_bench" });
const { db } = opened.connection;
await db.dropDatabase();

const at = (values, share) => values.sort((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN;

async function measured(what, watchers, pipeline) {
  const events = db.collection(`events_${what.replaceAll(/\W/g, "_")}`);
  const delays = [];
  let told = 0;
  const streams = Array.from({ length: watchers }, (_, watcher) => events.watch([INSERTS, ...pipeline(watcher)]));
  for (const stream of streams) {
    const begun = new Promise((resolve) => stream.once("resumeTokenChanged", resolve));
    stream.on("change", ({ fullDocument }) => {
      told += 1;
      delays.push(performance.now() - fullDocument.sent);
    });
    await begun;
  }
  const began = performance.now();
  let inserts = 0;
  const write = async () => {
    while (performance.now() - began < MS) {
      const n = inserts++;
      await events.insertOne({ _id: `r${n}`, record: `r${n % 20}`, name: "x".repeat(200), sent: performance.now() });
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
  const took = (performance.now() - began) / 1000;
  const wanted = (pipeline(0).length > 0 ? inserts / 20 : inserts) * watchers;
  for (const limit = performance.now() + 30_000; told < Math.floor(wanted / 20) * 20 - 20 && performance.now() < limit;)
    await new Promise((resolve) => setTimeout(resolve, 10));
  const caughtUp = performance.now() - began - took * 1000;
  console.log(
    what.padEnd(36),
    `${Math.round(inserts / took)} inserts a second, ${Math.round(told / took)} events,`,
    `told after ${at(delays, 0.5).toFixed(1)} ms (99%: ${at(delays, 0.99).toFixed(1)}), all ${caughtUp.toFixed(0)} ms after the last`,
  );
  for (const stream of streams) await stream.close();
}

const ofOneRecord = (watcher) => [{ $match: { "fullDocument.record": `r${watcher % 20}` } }];
await measured("warm", 0, () => []);
await measured("no watcher", 0, () => []);
await measured("1 watcher", 1, () => []);
await measured("20 watchers of all", 20, () => []);
await measured("20 watchers of one record each", 20, ofOneRecord);
await measured("90 watchers of one record each", 90, ofOneRecord);
await db.dropDatabase();
await opened[Symbol.asyncDispose]();
await rm(dataFolder, { recursive: true, force: true });
