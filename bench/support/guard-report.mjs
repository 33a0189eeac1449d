const STORES = { embedded: "embedded store", mongodb: "MongoDB" };
const ADVICE =
  "The lineage query has become slower. `node bench/compare-checkouts.mjs ../other-checkout` compares two checkouts. " +
  "If it is worth that, record it: `node bench/guard.mjs --record`.";

/** Returns a case with a sentence about it. */
export function judged({ store, first, ratio, most }) {
  const title = `${STORES[store]}, ${first} deployments: at most ${most.toFixed(2)} times the floor's processor time`;
  const isPassed = ratio <= most;
  const said = `${title}, measured ${ratio.toFixed(2)}`;
  return { title, isPassed, said: isPassed ? said : `FAILED: ${said}. ${ADVICE}` };
}

/** Returns a report of the form of the test runner's, as .ci/count.mjs reads it. */
export function guardReport(cases) {
  const numFailedTests = cases.filter(({ isPassed }) => !isPassed).length;
  const assertionResults = cases.map(({ title, isPassed, said }) => ({
    ...{ fullName: title, status: isPassed ? "passed" : "failed", failureMessages: isPassed ? [] : [said] },
  }));
  return {
    ...{ numPassedTests: cases.length - numFailedTests, numFailedTests, numFailedTestSuites: 0, numPendingTests: 0 },
    testResults: [{ name: "bench/guard.mjs", status: numFailedTests > 0 ? "failed" : "passed", assertionResults }],
  };
}
