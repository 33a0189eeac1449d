import { vi } from "vitest";
import { trainingTests } from "../runtimes/training.js";
import { dockerUnderTest } from "./support/docker-under-test.js";
import { describeWithDocker } from "./support/engine.js";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 600_000 });

describeWithDocker("a training on the real engine", () => {
  trainingTests(dockerUnderTest);
});
