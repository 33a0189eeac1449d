import { describe, vi } from "vitest";
import { variableTests } from "./runtimes/variables.js";
import { processesUnderTest } from "./support/processes-under-test.js";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 600_000 });

describe.runIf(process.platform === "linux")("the variables of a run by local processes", () => {
  variableTests(processesUnderTest);
});
