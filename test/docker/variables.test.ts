import { vi } from "vitest";
import { variableTests } from "../runtimes/variables.js";
import { dockerUnderTest } from "./support/docker-under-test.js";
import { describeWithDocker } from "./support/engine.js";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 600_000 });

describeWithDocker("the variables of a container", () => {
  variableTests(dockerUnderTest);
});
