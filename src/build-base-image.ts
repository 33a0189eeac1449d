import { DomainError } from "./errors.js";
import { BASE_IMAGE, ensureBaseImage } from "./onboard/base-image.js";
import { DockerImageBuilder } from "./runtime/docker/docker-image-builder.js";
import { openDocker } from "./runtime/docker/open-docker.js";
import { ImageBuildError } from "./runtime/image-builder.js";
import { readSettings } from "./settings.js";

/** The program behind `npm run base-image`. */
try {
  const settings = readSettings(process.env);
  const docker = openDocker(settings.DOCKER_HOST, settings);
  const builder = new DockerImageBuilder({ docker, builder: settings.ROCAS_BUILDER });
  await ensureBaseImage(builder, (text) => process.stdout.write(text));
  process.stdout.write(`${BASE_IMAGE} is there.\n`);
} catch (error) {
  if (!(error instanceof ImageBuildError || error instanceof DomainError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
