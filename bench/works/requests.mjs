// Works that are requests: every server answers the same bodies, in interleaved rounds.
import { compared, requireEqualAnswers } from "../support/measure.mjs";
import { best, describe, lineage, one, page } from "../support/queries.mjs";
import { SERVERS } from "../support/open-bench.mjs";

const CONNECTIONS = 8;
const figures = ({ ratio, ms }, isFloor) => (isFloor ? `${ms.toFixed(2)} ms` : ratio.toFixed(2));

/** A work with a column for each case. A case has the name of the column, the body and the number of requests. */
const requests = (name, title, casesOf) => ({
  name,
  title,
  note: "Each figure: time of a request / processor time of a request, as multiples of the floor's.",
  async measure({ started, isQuick, sizes }) {
    const servers = [];
    for (const each of SERVERS) servers.push(await started(each));
    const cases = casesOf(sizes);
    const rows = new Map(SERVERS.map((each) => [each, [each]]));
    for (const { body, requests, rounds = 3 } of cases) {
      if (!body.query.startsWith("mutation")) await requireEqualAnswers(servers, body);
      const load = { body, requests: isQuick ? Math.ceil(requests / 4) : requests, connections: CONNECTIONS };
      const results = await compared(servers, { ...load, rounds: isQuick ? 1 : rounds });
      for (const [n, { name, seconds, processor }] of results.entries())
        rows.get(name).push([seconds, processor].map((each) => figures(each, n === 0)).join(" / "));
    }
    return { head: ["", ...cases.map(({ column }) => column)], rows: [...rows.values()] };
  },
});

// A list, so that a size is one line more. ROCAS_MAX_PAGE takes 2,000 at most.
const LINEAGE_CASES = [
  { first: 1, requests: 400, rounds: 5 },
  { first: 20, requests: 120, rounds: 5 },
  { first: 200, requests: 24, rounds: 5 },
  { first: 2_000, requests: 8 },
];
/** The largest page of the lineage query. */
export const LARGEST = LINEAGE_CASES.at(-1).first;

export const REQUESTS = [
  requests("lineage", "(a) The lineage query for N deployments", () =>
    LINEAGE_CASES.map(({ first, ...rest }) => ({ column: `N = ${first}`, body: lineage(first), ...rest })),
  ),
  requests("best", "(b) 100 trainings, by a filter on `details` and an order", () => [
    { column: "100 of 500", body: best, requests: 60 },
  ]),
  requests("one", "(c) One record by natural key", () => [{ column: "one", body: one, requests: 600 }]),
  requests("mutation", "(e) `updateModel`, eight writers on eight records", () => [
    { column: "8 writers", body: describe, requests: 200 },
  ]),
  requests("page", "(f) A page of 20 out of so many", (sizes) =>
    sizes.map((size) => ({ column: size.toLocaleString("en"), body: page(size), requests: 300 })),
  ),
];
