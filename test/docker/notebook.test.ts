import { vi } from "vitest";
import { notebookTests } from "../runtimes/notebook.js";
import { dockerUnderTest } from "./support/docker-under-test.js";
import { describeWithDocker } from "./support/engine.js";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 600_000 });

describeWithDocker("a notebook on the real engine", () => {
  notebookTests(dockerUnderTest);
});
