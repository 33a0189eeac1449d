import { mkdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { openProcesses, PYTHON } from "../support/open-processes.js";
import { linesOfPs } from "../support/pids-with.js";
import { DEAF, LEAVING, type OpenRuntime, runtimeContract } from "./runtime.contract.js";

const GREEDY = `exec ${PYTHON} -c 'import time; kept = bytearray(200_000_000); time.sleep(600)'`;

runtimeContract("local processes", async (): Promise<OpenRuntime> => {
  const { runtime, root, image, ...opened } = await openProcesses();
  const runs = join(root, "runs");
  return {
    runtime,
    images: {
      waiting: await image("trap 'exit 0' TERM; sleep 600 & wait"),
      failing: await image("echo ready to fail; exit 3"),
      broken: await image(null),
      missing: `sha256:${"0".repeat(64)}`,
      deaf: await image(DEAF),
      leaving: await image(LEAVING),
      greedy: await image(GREEDY),
    },
    sleeping: async () => linesOfPs("args=").filter((line) => line === "sleep 4711.5").length,
    occupy: async (name) => void (await mkdir(join(runs, name), { recursive: true })),
    isOccupied: async (name) => (await stat(join(runs, name))).isDirectory(),
    remove: (name) => rm(join(runs, name), { recursive: true }),
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
});
