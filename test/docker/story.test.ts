import { vi } from "vitest";
import { storyTests } from "../runtimes/story.js";
import { dockerUnderTest } from "./support/docker-under-test.js";
import { describeWithDocker } from "./support/engine.js";

// The first build may make the base image and install what the example needs.
vi.setConfig({ testTimeout: 1_200_000, hookTimeout: 300_000 });

describeWithDocker("the iris story", () => {
  storyTests(dockerUnderTest);
});
