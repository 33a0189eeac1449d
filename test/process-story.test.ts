import { describe, vi } from "vitest";
import { storyTests } from "./runtimes/story.js";
import { processesUnderTest } from "./support/processes-under-test.js";

// Installs scikit-learn, which comes from the network if no cache of pip has it.
vi.setConfig({ testTimeout: 900_000, hookTimeout: 300_000 });

describe.runIf(process.platform === "linux")("the iris story without an engine", () => {
  storyTests(processesUnderTest);
});
