import { FakeImageBuilder } from "../fakes/fake-image-builder.js";
import { imageBuilderContract, registryContract, slowOn } from "./image-builder.contract.js";

const BASE = "debian:bookworm-slim";

const open = async () => ({
  builder: new FakeImageBuilder({ [BASE]: {} }),
  base: BASE,
  slow: slowOn(BASE),
  registry: "127.0.0.1:1",
  [Symbol.asyncDispose]: async () => {},
});

imageBuilderContract("an image builder in memory", open);
registryContract("an image builder in memory", open);
