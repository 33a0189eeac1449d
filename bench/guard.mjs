// Fails if the lineage query costs Rocas more processor time, as a multiple of the floor's, than 1.25 times what
// guard.json has, for 20 or for 200 deployments. .ci/run runs it; bench/README.md says what to do if it fails.
//   node bench/guard.mjs [--store embedded|mongodb] [--report FILE] [--record]
// The report counts each case as a test. With --record it writes guard.json instead.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { run } from "../suites/install.mjs";

const MOST = 1.25;
const CASES = [
  { first: 20, requests: 100 },
  { first: 200, requests: 20 },
];
const LOAD = { connections: 8, rounds: 7 };
const RECORDED = fileURLToPath(new URL("guard.json", import.meta.url));
const ROOT = fileURLToPath(new URL("..", import.meta.url));

const { values } = parseArgs({
  options: {
    store: { type: "string", multiple: true, default: ["embedded", "mongodb"] },
    report: { type: "string" },
    record: { type: "boolean", default: false },
  },
});
if (run(process.execPath, ["src/build.mjs"], ROOT) !== 0) process.exit(1);
const { openBench } = await import("./support/open-bench.mjs");
const { openStoreOfRun } = await import("./support/store-of-run.mjs");
const { compared } = await import("./support/measure.mjs");
const { lineage } = await import("./support/queries.mjs");

/** Returns the ratios of a store, by the number of deployments. */
async function measuredRatios(store) {
  const deployments = Math.max(...CASES.map(({ first }) => first));
  const bench = await openBench({ mongodbUri: await openStoreOfRun(store), deployments, sizes: [] });
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

const measured = {};
for (const store of values.store) measured[store] = await measuredRatios(store);
console.log(JSON.stringify(measured));
