import { FakeRuntime } from "../fakes/fake-runtime.js";
import { type OpenRuntime, runtimeContract } from "./runtime.contract.js";

const imageId = (digit: string) => `sha256:${digit.repeat(64)}`;

runtimeContract("a runtime in memory", async (): Promise<OpenRuntime> => {
  const runtime = new FakeRuntime();
  const images = { waiting: imageId("1"), failing: imageId("2"), broken: imageId("3"), missing: imageId("4") };
  runtime.program(images.failing, { code: 3, output: "ready to fail\n" });
  runtime.refuse(images.broken, "There is no such program in the image.");
  runtime.refuse(images.missing, "There is no such image.");
  return {
    runtime,
    images,
    occupy: async (name) => runtime.occupy(name),
    isOccupied: async (name) => runtime.isOccupied(name),
    remove: async (name) => runtime.vanish(name),
    [Symbol.asyncDispose]: async () => {},
  };
});
