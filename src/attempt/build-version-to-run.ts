import type { BuildVersion } from "../builds/build-version.js";
import { DomainError } from "../errors.js";
import type { Project } from "../project/project.js";
import { currentOf } from "../store/current.js";
import { keyOf } from "../store/key-of.js";
import type { Store } from "../store/store.js";
import { refuseDeleting } from "../store/under-parent.js";

/** The build version that is current under the tag, with its image. @throws NOT_FOUND saying what to do, CONFLICT */
export async function buildVersionToRun(
  { buildVersions }: Pick<Store, "buildVersions">,
  { name }: Pick<Project, "name">,
  tag: string,
): Promise<BuildVersion & { docker_id: string }> {
  const version = await currentOf(buildVersions, keyOf(name, tag));
  if (!version?.docker_id)
    throw new DomainError(
      "NOT_FOUND",
      "The project has no build version with this tag: build it with buildProject and wait until its task is FINISHED.",
      ["input", "tag"],
    );
  refuseDeleting(version);
  return { ...version, docker_id: version.docker_id };
}
