// Fails if the lineage query costs Rocas more processor time, as a multiple of the floor's, than 1.25 times what
// guard.json has, for 20 or for 200 deployments. .ci/run runs it; bench/README.md says what to do if it fails.
//   node bench/guard.mjs [--store embedded|mongodb] [--report FILE] [--record]
// The report has each case as a test. With --record it writes guard.json, and judges nothing.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { run } from "../suites/install.mjs";

const MOST = 1.25;
// Some hundred requests long, functions are still being compiled: the processor time falls to a third.
const CASES = [
  { first: 20, requests: 150, warmUp: 600 },
  { first: 200, requests: 16, warmUp: 60 },
];
const LOAD = { connections: 8, rounds: 8 };
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
// They name what was just built.
const { openBench } = await import("./support/open-bench.mjs");
const { openStoreOfRun } = await import("./support/store-of-run.mjs");
const { compared } = await import("./support/measure.mjs");
const { lineage } = await import("./support/queries.mjs");
const { guardReport, judged } = await import("./support/guard-report.mjs");

/**
 * Returns the ratios of a store, by the number of deployments.
 * @param most the ratios above which a case is measured again: other work on the machine raises a ratio for a while, so
 *   that the lower of two counts
 */
async function measuredRatios(store, most = {}) {
  const deployments = Math.max(...CASES.map(({ first }) => first));
  const bench = await openBench({ mongodbUri: await openStoreOfRun(store), deployments, sizes: [] });
  const servers = [];
  try {
    for (const name of ["floor", "rocas"]) servers.push(await bench.start(name));
    const ratios = {};
    for (const { first, ...requests } of CASES) {
      const ratio = async () => {
        const [, rocas] = await compared(servers, { ...LOAD, ...requests, body: lineage(first) });
        return Number(rocas.processor.ratio.toFixed(2));
      };
      const seen = await ratio();
      ratios[first] = seen > most[first] ? Math.min(seen, await ratio()) : seen;
    }
    return ratios;
  } finally {
    for (const server of servers) await server[Symbol.asyncDispose]();
    await bench[Symbol.asyncDispose]();
  }
}

const recorded = JSON.parse(await readFile(RECORDED, "utf8"));
const cases = [];
for (const store of values.store) {
  if (values.record) {
    recorded[store] = await measuredRatios(store);
    continue;
  }
  const most = Object.fromEntries(Object.entries(recorded[store]).map(([first, ratio]) => [first, ratio * MOST]));
  const ratios = await measuredRatios(store, most);
  for (const [first, ratio] of Object.entries(ratios)) cases.push(judged({ store, first, ratio, most: most[first] }));
}
if (values.record) await writeFile(RECORDED, `${JSON.stringify(recorded, null, 2)}\n`);
for (const { said } of cases) console.log(said);
if (values.report) await writeFile(values.report, JSON.stringify(guardReport(cases)));
if (cases.some(({ isPassed }) => !isPassed)) process.exitCode = 1;
