import { describe, vi } from "vitest";
import { buildTests } from "./runtimes/build.js";
import { processesUnderTest } from "./support/processes-under-test.js";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 600_000 });

describe.runIf(process.platform === "linux")("a build without an engine", () => {
  buildTests(processesUnderTest);
});
