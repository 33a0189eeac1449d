// Compares the lineage query on this checkout with another one, for dashboards' pages of 1, 20 and 200 deployments:
//   npm run build && node bench/compare-checkouts.mjs ../other-checkout
// Both are built before. With MONGODB_URI set both work on that server, each in a database of its own. Rounds are
// interleaved; the figures are medians of this checkout's over the other's.
import { resolve } from "node:path";
import { compared, requireEqualAnswers } from "./support/measure.mjs";
import { openBench } from "./support/open-bench.mjs";
import { lineage } from "./support/queries.mjs";
import { ROOT } from "./support/start-server.mjs";
import { databaseOf } from "./support/store-of-run.mjs";

const CASES = [
  { first: 1, requests: 1_000 },
  { first: 20, requests: 400 },
  { first: 200, requests: 60 },
];
const MOST = 200;
const LOAD = { connections: 8, rounds: 7 };
// The range of an older checkout may be smaller than that of this one.
const SETTINGS = { ROCAS_MAX_PAGE: String(MOST) };

const [other] = process.argv.slice(2);
if (!other) throw new Error("Which checkout? node bench/compare-checkouts.mjs ../other-checkout");

const opened = [];
const servers = [];
try {
  for (const [n, checkout] of [resolve(other), ROOT].entries()) {
    const uri = process.env.MONGODB_URI;
    const mongodbUri = uri && databaseOf(uri, `bench_${n}`);
    opened.push(await openBench({ mongodbUri, deployments: MOST, sizes: [], rocas: { checkout, settings: SETTINGS } }));
    servers.push(await opened[n].start("rocas"));
  }
  for (const { first, requests } of CASES) {
    const body = lineage(first);
    await requireEqualAnswers(servers, body);
    const [, own] = await compared(servers, { ...LOAD, body, requests });
    const [speed, processor] = [1 / own.seconds.ratio, own.processor.ratio].map((each) => each.toFixed(2));
    console.log(`${String(first).padStart(4)} deployments: throughput ${speed}, processor time a request ${processor}`);
  }
} finally {
  for (const each of [...servers, ...opened]) await each[Symbol.asyncDispose]();
}
