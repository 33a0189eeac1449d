import { freezeProject } from "../project/freeze-project.js";
import { parentOf } from "../store/parent-of.js";
import type { Store } from "../store/store.js";
import type { BuildVersion, BuildVersionSnapshot } from "./build-version.js";

/** The build version as it is, with its project as it is. @throws CONFLICT where the project is being deleted. */
export async function freezeBuildVersion(
  { projects }: Pick<Store, "projects">,
  version: BuildVersion,
  at: Date,
): Promise<BuildVersionSnapshot> {
  const { _id, key, tag, docker_id, git_version, git_dirty, built_at, built_from } = version;
  return {
    _id,
    key,
    taken_at: at,
    tag,
    docker_id: docker_id ?? null,
    git_version: git_version ?? null,
    git_dirty: git_dirty ?? null,
    built_at: built_at ?? null,
    built_from: built_from ?? null,
    proj: freezeProject(await parentOf(projects, version.proj), at),
  };
}
