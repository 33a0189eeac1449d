import { describe, vi } from "vitest";
import { deploymentTests } from "./runtimes/deployment.js";
import { processesUnderTest } from "./support/processes-under-test.js";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 600_000 });

describe.runIf(process.platform === "linux")("a deployment of local processes", () => {
  deploymentTests(processesUnderTest);
});
