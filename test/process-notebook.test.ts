import { describe, vi } from "vitest";
import { notebookTests } from "./runtimes/notebook.js";
import { processesUnderTest } from "./support/processes-under-test.js";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 600_000 });

describe.runIf(process.platform === "linux")("a notebook of local processes", () => {
  notebookTests(processesUnderTest);
});
