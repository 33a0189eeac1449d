import type { ContainerSpec } from "../../src/runtime/runtime.js";

/** The container of an attempt of a training. */
export const containerOf = (job: string, attempt: number): ContainerSpec => ({
  name: `rocas-train-${job}-a${attempt}`,
  kind: "train",
  job,
  slot: 0,
  attempt,
  command: ["/program"],
  image: `sha256:${"0".repeat(64)}`,
  env: {},
  secretFiles: {},
  resources: { memoryMb: 256, cpus: 1, pids: 64, scratchMb: 64 },
});
