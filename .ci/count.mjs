// Names the tests that failed and adds up the reports of the test runner; steps that failed without a test count as failed.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const [folder, failedSteps] = process.argv.slice(2);
const total = { passed: 0, failed: 0, skipped: 0 };
for (const file of readdirSync(folder).filter((each) => each.endsWith(".json"))) {
  const report = JSON.parse(readFileSync(join(folder, file), "utf8"));
  total.passed += report.numPassedTests;
  total.failed += report.numFailedTests + (report.numFailedTestSuites > 0 && report.numFailedTests === 0 ? 1 : 0);
  total.skipped += report.numPendingTests + (report.numTodoTests ?? 0);
  for (const suite of report.testResults.filter(({ status }) => status === "failed")) {
    console.log(`\nFAILED in ${file}: ${suite.name}\n${suite.message ?? ""}`);
    for (const test of suite.assertionResults.filter(({ status }) => status === "failed")) {
      console.log(`  ${test.fullName}\n${(test.failureMessages ?? []).join("\n").slice(0, 2_000)}`);
    }
  }
}
if (total.failed === 0) total.failed = Number(failedSteps);
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
