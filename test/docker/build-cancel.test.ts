import { vi } from "vitest";
import { buildCancelTests } from "../runtimes/build-cancel.js";
import { dockerUnderTest } from "./support/docker-under-test.js";
import { describeWithDocker } from "./support/engine.js";

// The first build may make the base image.
vi.setConfig({ testTimeout: 900_000, hookTimeout: 600_000 });

describeWithDocker("a build on the real engine", () => {
  buildCancelTests(dockerUnderTest);
});
