import { FakeRuntime } from "../fakes/fake-runtime.js";
import { type OpenRuntime, runtimeContract } from "./runtime.contract.js";

const imageId = (digit: string) => `sha256:${digit.repeat(64)}`;

runtimeContract("a runtime in memory", async (): Promise<OpenRuntime> => {
  const runtime = new FakeRuntime();
  const names = ["waiting", "failing", "broken", "missing", "deaf", "leaving", "greedy"] as const;
  const images = Object.fromEntries(
    names.map((name, digit) => [name, imageId(String(digit))]),
  ) as OpenRuntime["images"];
  runtime.program(images.failing, { code: 3, output: "ready to fail\n" });
  runtime.program(images.deaf, { code: null, output: "begun\n" });
  runtime.program(images.leaving, { code: 4, output: "" });
  runtime.program(images.greedy, { code: 137, output: "", outOfMemory: true });
  runtime.refuse(images.broken, "There is no such program in the image.");
  runtime.refuse(images.missing, "There is no such image.");
  return {
    runtime,
    images,
    sleeping: async () => 2 * (await runtime.observe()).filter(({ state }) => state === "RUNNING").length,
    occupy: async (name) => runtime.occupy(name),
    isOccupied: async (name) => runtime.isOccupied(name),
    remove: async (name) => runtime.vanish(name),
    [Symbol.asyncDispose]: async () => {},
  };
});
