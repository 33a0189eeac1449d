// Compares the lineage query on this checkout with another one, for dashboards' pages of 1, 20 and 200 deployments:
//   npm run build && node bench/lineage.mjs ../other-checkout
// Both are built before. With MONGODB_URI set both work on that server, each in a database of its own. Rounds are
// interleaved; the figures are medians of this checkout's over the other's.
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { lineageDocuments } from "./support/lineage.mjs";
import { answerOf, compared, requireEqualAnswers } from "./support/measure.mjs";
import { databaseOf } from "./support/open-store.mjs";
import { lineage } from "./support/queries.mjs";
import { startCheckout } from "./support/start-checkout.mjs";

const CASES = [
  { first: 1, requests: 1_000 },
  { first: 20, requests: 400 },
  { first: 200, requests: 60 },
];
const LOAD = { connections: 8, rounds: 7 };
const MOST = 200;

const [other] = process.argv.slice(2);
if (!other) throw new Error("Which checkout? node bench/lineage.mjs ../other-checkout");
const checkouts = [resolve(other), fileURLToPath(new URL("..", import.meta.url))];

const documents = lineageDocuments(MOST);
const servers = [];
try {
  for (const [n, checkout] of checkouts.entries()) {
    const uri = process.env.MONGODB_URI;
    servers.push(await startCheckout(checkout, documents, uri && databaseOf(uri, `bench_${n}`)));
  }
  for (const { first, requests } of CASES) {
    const body = lineage(first);
    const { deployments } = await answerOf(servers[0], body);
    if (deployments.nodes.length !== first) throw new Error(`The answer has ${deployments.nodes.length} nodes.`);
    await requireEqualAnswers(servers, body);
    const [, own] = await compared(servers, { ...LOAD, body, requests });
    const [speed, processor] = [1 / own.seconds.ratio, own.processor.ratio].map((each) => each.toFixed(2));
    console.log(`${String(first).padStart(4)} deployments: throughput ${speed}, processor time a request ${processor}`);
  }
} finally {
  for (const server of servers) await server[Symbol.asyncDispose]();
}
