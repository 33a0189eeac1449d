// Measures what a server uses that nobody asks, on this checkout and, if one is given, on another one beside it:
//   npm run build && node bench/idle.mjs [../other-checkout] [--runtime docker] [--records 2000] [--seconds 60]
// Both are built before. First without deployments that serve, then with ten, each beside the records of so many that
// were undeployed. With MONGODB_URI set all work on that server, each in a database of its own, which is dropped.
import { rm } from "node:fs/promises";
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { openIdleServer } from "./support/idle-server.mjs";
import { processorSeconds, residentMegabytes } from "./support/process-use.mjs";
import { ROOT } from "./support/start-server.mjs";

const SERVING = 10;
/** A server has settled if it sends few commands for a while. One that never does is measured as it is. */
const [SETTLED_A_SECOND, SETTLE_MS, MAX_SETTLE_MS] = [5, 10_000, 150_000];

const { values, positionals } = parseArgs({
  options: {
    runtime: { type: "string", default: "process" },
    records: { type: "string", default: "2000" },
    seconds: { type: "string", default: "60" },
  },
  allowPositionals: true,
});
const seconds = Number(values.seconds);

async function used({ server, engine }) {
  const commands = await server.ask();
  return { processor: await processorSeconds(server.pid), commands, engine: engine?.requests() ?? 0 };
}

async function settle({ server }) {
  const began = performance.now();
  for (let before = await server.ask(); performance.now() - began < MAX_SETTLE_MS;) {
    await delay(SETTLE_MS);
    const now = await server.ask();
    if ((now - before) / (SETTLE_MS / 1_000) < SETTLED_A_SECOND) return;
    before = now;
  }
}

/** Returns the cells of each server, while they rest beside each other. */
async function measure(opened, serving) {
  await Promise.all(opened.map(settle));
  const before = await Promise.all(opened.map(used));
  await delay(seconds * 1_000);
  const after = await Promise.all(opened.map(used));
  const perSecond = (n, of) => (after[n][of] - before[n][of]) / seconds;
  return Promise.all(
    opened.map(async ({ name, server, engine }, n) => [
      ...[name, String(serving), `${(perSecond(n, "processor") * 100).toFixed(2)} %`],
      ...[perSecond(n, "commands").toFixed(2), engine ? perSecond(n, "engine").toFixed(2) : "-"],
      `${(await residentMegabytes(server.pid)).toFixed(0)} MB`,
    ]),
  );
}

const line = (cells) => `| ${cells.join(" | ")} |`;
const opened = [];
try {
  const checkouts = [...positionals.map((path) => ["before", resolve(path)]), ["now", ROOT]];
  for (const [name, checkout] of checkouts)
    opened.push({ name, ...(await openIdleServer({ checkout, name, ...values, records: Number(values.records) })) });
  const head = ["", "serving", "a core", "commands a second", "requests to the engine a second", "memory"];
  console.log([line(head), line(head.map(() => "---"))].join("\n"));
  for (const row of await measure(opened, 0)) console.log(line(row));
  for (const each of opened) await each.serve(SERVING);
  for (const row of await measure(opened, SERVING)) console.log(line(row));
} finally {
  for (const each of opened) {
    await each.endAll().catch((error) => console.error(error));
    await each.server[Symbol.asyncDispose]();
    await each.engine?.[Symbol.asyncDispose]();
    await rm(each.folder, { recursive: true, force: true });
  }
}
