// Start, memory, and what an idle server does.
import { setTimeout as delay } from "node:timers/promises";
import { loaded } from "../support/measure.mjs";
import { lineage } from "../support/queries.mjs";
import { peakMegabytes, processorSeconds, residentMegabytes } from "../support/process-use.mjs";

const NAMES = ["floor", "apollo", "rocas"];
const [IDLE_MS, QUICK_IDLE_MS] = [10_000, 4_000];
const SETTLE_MS = 3_000;

/** Returns the share of a processor and the commands a second of a server that nobody asks. */
async function idle(server, ms) {
  await delay(SETTLE_MS);
  const before = { processor: await processorSeconds(server.pid), commands: await server.ask() };
  await delay(ms);
  return {
    processor: ((await processorSeconds(server.pid)) - before.processor) / (ms / 1000),
    commands: ((await server.ask()) - before.commands) / (ms / 1000),
    memory: await residentMegabytes(server.pid),
  };
}

export const RESOURCES = {
  name: "resources",
  title: "(g) Start to first answer, idle, and memory under load",
  note: "The store has all trainings. Each server runs by itself, and starts a second time to be idle: its driver counts its commands then, without heartbeats. Under load: the most memory while eight clients ask (a) for 200.",
  async measure({ start, isQuick }) {
    const rows = [];
    for (const name of NAMES) {
      const server = await start(name);
      const memory = await residentMegabytes(server.pid);
      await loaded(server, lineage(200), isQuick ? 20 : 80, 8);
      const peak = await peakMegabytes(server.pid);
      await server[Symbol.asyncDispose]();
      const second = await start(name, "count-commands");
      const { processor, commands, memory: idleMemory } = await idle(second, isQuick ? QUICK_IDLE_MS : IDLE_MS);
      await second[Symbol.asyncDispose]();
      rows.push([
        ...[name, `${(server.startMs / 1000).toFixed(1)} s`, `${memory.toFixed(0)} MB`, `${idleMemory.toFixed(0)} MB`],
        ...[`${(processor * 100).toFixed(1)} %`, commands.toFixed(1), `${peak.toFixed(0)} MB`],
      ]);
    }
    const head = ["", "first answer", "memory then", "memory idle", "a core, idle", "commands a second, idle"];
    return { head: [...head, "under load"], rows };
  },
};
