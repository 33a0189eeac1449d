// Names the steps and tests that failed and adds up the reports of the test runner. A step that failed without a test
// (lint, generated code, an error outside all tests) counts as one failure, and its last lines are shown.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const LAST_LINES = 60;

const [folder, ...failedSteps] = process.argv.slice(2);
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
for (const step of failedSteps) {
  const lines = readFileSync(join(folder, `${step}.log`), "utf8")
    .trimEnd()
    .split("\n");
  console.log(`\nFAILED step: ${step}. Its last lines:\n${lines.slice(-LAST_LINES).join("\n")}`);
}
if (total.failed === 0) total.failed = failedSteps.length;
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
