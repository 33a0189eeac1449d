// Works that are requests: every server answers the same bodies, in interleaved rounds.
import { compared, requireEqualAnswers } from "../support/measure.mjs";
import { best, describe, describeOne, lineage, one, page } from "../support/queries.mjs";

const CONNECTIONS = 8;
const ROUNDS = 3;
/** A server runs for days: functions that are still being compiled would cost it up to three times as much. */
const WARM_UP = 4;
const figures = ({ ratio, ms }, isFloor) => (isFloor ? `${ms.toFixed(2)} ms` : ratio.toFixed(2));

/**
 * A work with a column for each case. A case has the name of the column, the body and the number of requests, and
 * connections and rounds if they are not those of most; with `isSlowestShown` the column has the slowest hundredth too.
 */
const requests = (name, title, casesOf) => ({
  name,
  title,
  usesAll: true,
  note: "Each figure: time of a request / processor time of a request, as multiples of the floor's.",
  async measure({ all, isQuick, sizes }) {
    const servers = await all();
    const cases = casesOf(sizes);
    const rows = servers.map((server) => [server.name]);
    for (const { body, requests, connections = CONNECTIONS, rounds = ROUNDS, isSlowestShown } of cases) {
      if (!body.query.startsWith("mutation")) await requireEqualAnswers(servers, body);
      const load = isQuick
        ? { rounds: 1, requests: Math.ceil(requests / 4) }
        : { rounds, requests, warmUp: WARM_UP * requests };
      const results = await compared(servers, { body, connections, ...load });
      for (const [n, { seconds, processor, slowest }] of results.entries()) {
        const cell = [seconds, processor].map((each) => figures(each, n === 0)).join(" / ");
        rows[n].push(isSlowestShown ? `${cell} / ${slowest.toFixed(0)} ms` : cell);
      }
    }
    return { head: ["", ...cases.map(({ column }) => column)], rows };
  },
});

const LINEAGE_CASES = [
  // Processor times come in steps of ten milliseconds: a round has many of them.
  { first: 1, requests: 600, rounds: 5 },
  { first: 20, requests: 160, rounds: 5 },
  { first: 200, requests: 24, rounds: 5 },
  { first: 2_000, requests: 8 },
];
/** The largest page of the lineage query. */
export const LARGEST = LINEAGE_CASES.at(-1).first;
const WRITERS = 16;

export const REQUESTS = [
  requests("lineage", "(a) The lineage query for N deployments", () =>
    LINEAGE_CASES.map(({ first, ...rest }) => ({ column: `N = ${first}`, body: lineage(first), ...rest })),
  ),
  requests("best", "(b) 100 trainings, by a filter on `details` and an order", () => [
    { column: "100 of 500", body: best, requests: 60 },
  ]),
  requests("one", "(c) One record by natural key", () => [{ column: "one", body: one, requests: 400 }]),
  requests("mutation", "(e) `updateModel`, with the slowest hundredth", () => [
    { column: "8 writers, a record each", body: describe, requests: 200, isSlowestShown: true },
    {
      column: `${WRITERS} writers, one record`,
      ...{ body: describeOne, requests: 320, connections: WRITERS, isSlowestShown: true },
    },
  ]),
  requests("page", "(f) A page of 20 out of so many", (sizes) =>
    sizes.map((size) => ({ column: size.toLocaleString("en"), body: page(size), requests: 200 })),
  ),
];
