import { beforeAll } from "vitest";
import { DEAF, LEAVING, type OpenRuntime, runtimeContract } from "../contracts/runtime.contract.js";
import { dockerUnderTest } from "./support/docker-under-test.js";
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
    const deaf = await buildTestImage(`FROM ${BASE_IMAGE}`, DEAF);
    const leaving = await buildTestImage(`FROM ${BASE_IMAGE}`, LEAVING);
    const greedy = await buildTestImage(`FROM ${BASE_IMAGE}`, "exec perl -e '$x = \"x\" x 200_000_000; sleep 60'");
    const made = { waiting, failing, broken, deaf, leaving, greedy };
    const ids = Object.fromEntries(Object.entries(made).map(([name, { id }]) => [name, id])) as OpenRuntime["images"];
    images = { ...ids, missing: `sha256:${"0".repeat(64)}` };
    return () => Object.values(made).forEach(({ tag }) => dockerCommand("rmi", tag));
  }, 180_000);

  runtimeContract("the Docker runtime", async (): Promise<OpenRuntime> => {
    const { runtime, ...cluster } = openCluster();
    const occupied: string[] = [];
    return {
      runtime,
      images,
      sleeping: async () => dockerUnderTest.sleeping("4711.5"),
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
