import { FakeImageBuilder } from "../fakes/fake-image-builder.js";
import { imageBuilderContract } from "./image-builder.contract.js";

const BASE = "debian:bookworm-slim";

imageBuilderContract("an image builder in memory", async () => ({
  builder: new FakeImageBuilder({ [BASE]: {} }),
  base: BASE,
  registry: "127.0.0.1:1",
  [Symbol.asyncDispose]: async () => {},
}));
