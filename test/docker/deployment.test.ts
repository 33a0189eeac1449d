import { vi } from "vitest";
import { deploymentTests } from "../runtimes/deployment.js";
import { dockerUnderTest } from "./support/docker-under-test.js";
import { describeWithDocker } from "./support/engine.js";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 600_000 });

describeWithDocker("a deployment on the real engine", () => {
  deploymentTests(dockerUnderTest);
});
