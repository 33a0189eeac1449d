import { describe, vi } from "vitest";
import { trainingTests } from "./runtimes/training.js";
import { processesUnderTest } from "./support/processes-under-test.js";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 600_000 });

describe.runIf(process.platform === "linux")("a training of local processes", () => {
  trainingTests(processesUnderTest);
});
