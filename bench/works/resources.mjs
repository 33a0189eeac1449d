// Start, memory, and what an idle server does.
import { setTimeout as delay } from "node:timers/promises";
import mongoose from "mongoose";
import { loaded } from "../support/measure.mjs";
import { lineage } from "../support/queries.mjs";
import { peakMegabytes, processorSeconds, residentMegabytes } from "../support/process-use.mjs";

const NAMES = ["floor", "apollo", "rocas"];
const [IDLE_MS, QUICK_IDLE_MS] = [10_000, 5_000];
const SETTLE_MS = 3_000;

/** Returns the number of commands that a MongoDB has had. */
async function commandsOf(mongodbUri) {
  const client = new mongoose.mongo.MongoClient(mongodbUri, { directConnection: true, monitorCommands: false });
  const { opcounters } = await client.db("admin").command({ serverStatus: 1 });
  await client.close();
  return Object.values(opcounters).reduce((sum, each) => sum + Number(each), 0);
}

async function idle(pid, mongodbUri, ms) {
  await delay(SETTLE_MS);
  const before = mongodbUri && (await commandsOf(mongodbUri));
  const processor = await processorSeconds(pid);
  await delay(ms);
  return {
    processor: ((await processorSeconds(pid)) - processor) / (ms / 1000),
    commands: mongodbUri && ((await commandsOf(mongodbUri)) - before) / (ms / 1000),
  };
}

export const RESOURCES = {
  name: "resources",
  title: "(g) Start to first answer, idle, and memory under load",
  note: "The store has all trainings. Each server runs by itself. Commands are those that the MongoDB counts, what its own monitoring and the drivers' heartbeats send among them: the floor's are the measure. Under load: the most memory while eight clients ask (a) for 200.",
  async measure({ started, isQuick, mongodbUri }) {
    const rows = [];
    for (const name of NAMES) {
      const server = await started(name);
      const memory = await residentMegabytes(server.pid);
      const { processor, commands } = await idle(server.pid, mongodbUri, isQuick ? QUICK_IDLE_MS : IDLE_MS);
      const idleMemory = await residentMegabytes(server.pid);
      await loaded(server, lineage(200), isQuick ? 20 : 80, 8);
      rows.push([
        ...[name, `${(server.startMs / 1000).toFixed(1)} s`, `${memory.toFixed(0)} MB`, `${idleMemory.toFixed(0)} MB`],
        ...[`${(processor * 100).toFixed(1)} %`, commands === undefined ? "not counted" : commands.toFixed(1)],
        `${(await peakMegabytes(server.pid)).toFixed(0)} MB`,
      ]);
      await server[Symbol.asyncDispose]();
    }
    return {
      head: ["", "first answer", "memory then", "memory idle", "a core, idle", "commands a second, idle", "under load"],
      rows,
    };
  },
};
