import { beforeAll } from "vitest";
import { DockerImageBuilder } from "../../src/runtime/docker/docker-image-builder.js";
import { imageBuilderContract, registryContract, slowOn } from "../contracts/image-builder.contract.js";
import { BASE_IMAGE, describeWithDocker, docker, ensureBaseImage } from "./support/engine.js";
import { openRegistry } from "./support/registry.js";

describeWithDocker("with Docker", () => {
  beforeAll(ensureBaseImage, 180_000);

  const open = async () => {
    const registry = await openRegistry();
    return {
      builder: new DockerImageBuilder({ docker }),
      base: BASE_IMAGE,
      slow: slowOn(BASE_IMAGE),
      registry: registry.address,
      [Symbol.asyncDispose]: () => registry[Symbol.asyncDispose](),
    };
  };

  imageBuilderContract("the Docker image builder", open);
  registryContract("the Docker image builder", open);
});
