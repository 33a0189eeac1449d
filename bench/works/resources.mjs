// Start, memory, and what an idle server does.
import { setTimeout as delay } from "node:timers/promises";
import { loaded } from "../support/measure.mjs";
import { lineage } from "../support/queries.mjs";
import { peakMegabytes, processorSeconds, residentMegabytes } from "../support/process-use.mjs";

const NAMES = ["floor", "apollo", "rocas"];
const [IDLE_MS, QUICK_IDLE_MS] = [10_000, 4_000];
const [SETTLE_MS, QUICK_SETTLE_MS] = [3_000, 1_500];

/** Returns what a server uses that nobody asks: the share of a processor, commands a second, and memory in MB. */
async function idle(server, isQuick) {
  await delay(isQuick ? QUICK_SETTLE_MS : SETTLE_MS);
  const ms = isQuick ? QUICK_IDLE_MS : IDLE_MS;
  const before = { processor: await processorSeconds(server.pid), commands: await server.ask() };
  await delay(ms);
  return {
    processor: ((await processorSeconds(server.pid)) - before.processor) / (ms / 1000),
    commands: ((await server.ask()) - before.commands) / (ms / 1000),
    memory: await residentMegabytes(server.pid),
  };
}

/** Returns the start of a server in milliseconds, its memory then, and the most that it has under load. */
async function startAndLoad(server, isQuick) {
  const memory = await residentMegabytes(server.pid);
  await loaded(server, lineage(200), isQuick ? 20 : 80, 8);
  const peak = await peakMegabytes(server.pid);
  await server[Symbol.asyncDispose]();
  return { startMs: server.startMs, memory, peak };
}

const megabytes = (value) => `${value.toFixed(0)} MB`;

export const RESOURCES = {
  name: "resources",
  title: "(g) Start to first answer, idle, and memory under load",
  note: "The store has all trainings. Each server starts by itself, and has the lineage query for 200 from eight clients. Then all start once more, to be idle beside each other; their drivers count their commands then, without heartbeats.",
  async measure({ start, isQuick }) {
    const busy = [];
    for (const name of NAMES) busy.push(await startAndLoad(await start(name), isQuick));
    const again = await Promise.all(NAMES.map((name) => start(name, "count-commands")));
    const resting = await Promise.all(again.map((server) => idle(server, isQuick)));
    const rows = NAMES.map((name, n) => [
      ...[name, `${(busy[n].startMs / 1000).toFixed(1)} s`, megabytes(busy[n].memory), megabytes(busy[n].peak)],
      ...[megabytes(resting[n].memory), `${(resting[n].processor * 100).toFixed(1)} %`, resting[n].commands.toFixed(1)],
    ]);
    const head = ["", "first answer", "memory then", "memory under load", "memory idle", "a core, idle"];
    return { head: [...head, "commands a second, idle"], rows };
  },
};
