import { vi } from "vitest";
import { crashTests } from "../runtimes/crash.js";
import { dockerUnderTest } from "./support/docker-under-test.js";
import { describeWithDocker } from "./support/engine.js";

// The first build may make the base image.
vi.setConfig({ testTimeout: 1_200_000, hookTimeout: 1_200_000 });

describeWithDocker("a server with an engine that was killed and started again", () => {
  crashTests(dockerUnderTest);
});
