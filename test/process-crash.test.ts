import { describe, vi } from "vitest";
import { crashTests } from "./runtimes/crash.js";
import { processesUnderTest } from "./support/processes-under-test.js";

vi.setConfig({ testTimeout: 1_200_000, hookTimeout: 600_000 });

describe.runIf(process.platform === "linux")("a server of local processes that was killed and started again", () => {
  crashTests(processesUnderTest);
});
