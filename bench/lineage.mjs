// Compares the lineage query on this checkout with another one, for dashboards' pages of 1, 20 and 200 deployments:
//   npx tsc -b tsconfig.build.json && node bench/lineage.mjs ../other-checkout
// Both are built before. With MONGODB_URI set both work on that server, in turn. Rounds are interleaved; the figures are
// medians of this checkout's over the other's: above 1 is faster, or more processor time.
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { LINEAGE, lineageDocuments } from "./support/lineage.mjs";
import { answerOf, loaded, median } from "./support/measure.mjs";
import { startRocas } from "./support/rocas.mjs";

const SIZES = { 1: 1_000, 20: 400, 200: 60 };
const ROUNDS = 7;
const CONNECTIONS = 8;
const MOST = 200;

const [other] = process.argv.slice(2);
if (!other) throw new Error("Which checkout? node bench/lineage.mjs ../other-checkout");
const checkouts = [fileURLToPath(new URL("..", import.meta.url)), resolve(other)];

async function answer(server, first) {
  const data = await answerOf(server, { query: LINEAGE, variables: { first } });
  if (data.deployments.nodes.length !== first)
    throw new Error(`${server.url} answers ${data.deployments.nodes.length} nodes.`);
  return JSON.stringify(data);
}

const round = (server, first) => loaded(server, { query: LINEAGE, variables: { first } }, SIZES[first], CONNECTIONS);

const documents = lineageDocuments(MOST);
const servers = [];
try {
  for (const [n, checkout] of checkouts.entries()) {
    const uri = process.env.MONGODB_URI;
    const mongodbUri = uri && uri.replace(/\/[^/?]*(\?|$)/, `/bench_${n}$1`);
    servers.push(await startRocas(checkout, documents, { mongodbUri }));
  }
  for (const first of Object.keys(SIZES).map(Number)) {
    const [one, two] = [await answer(servers[0], first), await answer(servers[1], first)];
    if (one !== two) throw new Error(`The answers for ${first} differ.`);
    const ratios = [];
    for (let n = -1; n < ROUNDS; n += 1) {
      // The first round warms up. Who goes first changes from round to round.
      const order = n % 2 === 0 ? servers : [...servers].reverse();
      const results = new Map();
      for (const server of order) results.set(server, await round(server, first));
      const [mine, theirs] = servers.map((server) => results.get(server));
      if (n >= 0) ratios.push({ speed: theirs.seconds / mine.seconds, processor: mine.processor / theirs.processor });
    }
    const [speed, processor] = ["speed", "processor"].map((name) =>
      median(ratios.map((each) => each[name])).toFixed(2),
    );
    console.log(`${String(first).padStart(4)} deployments: throughput ${speed}, processor time a request ${processor}`);
  }
} finally {
  for (const server of servers) await server[Symbol.asyncDispose]();
}
