import { beforeAll } from "vitest";
import { type BuilderChoice, DockerImageBuilder } from "../../src/runtime/docker/docker-image-builder.js";
import { imageBuilderContract, registryContract, slowOn } from "../contracts/image-builder.contract.js";
import { BASE_IMAGE, describeWithDocker, docker, ensureBaseImage } from "./support/engine.js";
import { openRegistry } from "./support/registry.js";

describeWithDocker("with Docker", () => {
  beforeAll(ensureBaseImage, 180_000);

  const opened = (builder?: BuilderChoice) => ({
    builder: new DockerImageBuilder({ docker, builder }),
    base: BASE_IMAGE,
    slow: slowOn(BASE_IMAGE),
  });
  for (const builder of ["classic", "buildkit"] as const)
    imageBuilderContract(`the Docker image builder (${builder})`, async () => ({
      ...opened(builder),
      async [Symbol.asyncDispose]() {},
    }));
  registryContract("the Docker image builder", async () => {
    const registry = await openRegistry();
    return {
      ...opened(),
      registry: registry.address,
      [Symbol.asyncDispose]: () => registry[Symbol.asyncDispose](),
    };
  });
});
