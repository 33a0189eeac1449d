import { describe, vi } from "vitest";
import { buildCancelTests } from "./runtimes/build-cancel.js";
import { processesUnderTest } from "./support/processes-under-test.js";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 600_000 });

describe.runIf(process.platform === "linux")("a build without an engine", () => {
  buildCancelTests(processesUnderTest);
});
