// Fails if the lineage query costs Rocas more processor time, as a multiple of the floor's, than 1.25 times what
// guard.json has: node bench/guard.mjs [--store embedded|mongodb]. With --record it writes guard.json instead.
// Ratios of processor time: they depend less than times on what else the machine does.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { run } from "../suites/install.mjs";

const MOST = 1.25;
const CASES = [
  { first: 20, requests: 200 },
  { first: 200, requests: 40 },
];
const LOAD = { connections: 8, rounds: 5 };
const RECORDED = fileURLToPath(new URL("guard.json", import.meta.url));
const ROOT = fileURLToPath(new URL("..", import.meta.url));

const { values } = parseArgs({
  options: { store: { type: "string", default: "embedded" }, record: { type: "boolean", default: false } },
});
if (run(process.execPath, ["src/build.mjs"], ROOT) !== 0) process.exit(1);
const { openBench } = await import("./support/open-bench.mjs");
const { openStoreOfRun } = await import("./support/open-store.mjs");
const { compared } = await import("./support/measure.mjs");
const { lineage } = await import("./support/queries.mjs");

async function measuredRatios() {
  const bench = await openBench({ mongodbUri: await openStoreOfRun(values.store), sizes: [1_000] });
  const servers = [];
  try {
    for (const name of ["floor", "rocas"]) servers.push(await bench.start(name));
    const ratios = {};
    for (const { first, requests } of CASES) {
      const [, rocas] = await compared(servers, { ...LOAD, body: lineage(first), requests });
      ratios[first] = Number(rocas.processor.ratio.toFixed(2));
    }
    return ratios;
  } finally {
    for (const server of servers) await server[Symbol.asyncDispose]();
    await bench[Symbol.asyncDispose]();
  }
}

const recorded = JSON.parse(await readFile(RECORDED, "utf8"));
if (!values.record && !recorded[values.store])
  throw new Error(`Nothing is recorded for ${values.store}: use --record.`);
const ratios = await measuredRatios();
if (values.record) {
  await writeFile(RECORDED, `${JSON.stringify({ ...recorded, [values.store]: ratios }, null, 2)}\n`);
} else {
  for (const [first, ratio] of Object.entries(ratios)) {
    const most = recorded[values.store][first] * MOST;
    console.log(
      `${values.store}, ${first} deployments: ${ratio} times the floor's processor time, at most ${most.toFixed(2)}`,
    );
    if (ratio > most) process.exitCode = 1;
  }
}
