import { beforeAll } from "vitest";
import { type OpenRuntime, runtimeContract } from "../contracts/runtime.contract.js";
import {
  BASE_IMAGE,
  buildTestImage,
  describeWithDocker,
  dockerCommand,
  ensureBaseImage,
  openCluster,
} from "./support/engine.js";

describeWithDocker("with Docker", () => {
  let images: OpenRuntime["images"];

  beforeAll(async () => {
    ensureBaseImage();
    const waiting = await buildTestImage(`FROM ${BASE_IMAGE}`, "trap 'exit 0' TERM; sleep 600 & wait");
    const failing = await buildTestImage(`FROM ${BASE_IMAGE}`, "echo ready to fail; exit 3");
    const broken = await buildTestImage(`FROM ${BASE_IMAGE}\nENTRYPOINT ["sleep"]\nCMD ["600"]`);
    images = { waiting: waiting.id, failing: failing.id, broken: broken.id, missing: `sha256:${"0".repeat(64)}` };
    return () => [waiting, failing, broken].forEach(({ tag }) => dockerCommand("rmi", tag));
  }, 180_000);

  runtimeContract("the Docker runtime", async (): Promise<OpenRuntime> => {
    const { runtime, ...cluster } = openCluster();
    const occupied: string[] = [];
    return {
      runtime,
      images,
      async occupy(name) {
        dockerCommand("create", "--name", name, BASE_IMAGE);
        occupied.push(name);
      },
      remove: async (name) => void dockerCommand("rm", "-f", name),
      isOccupied: async (name) => dockerCommand("ps", "-aq", "--filter", `name=^/${name}$`) !== "",
      async [Symbol.asyncDispose]() {
        for (const name of occupied) dockerCommand("rm", "-f", name);
        await cluster[Symbol.asyncDispose]();
      },
    };
  });
});
