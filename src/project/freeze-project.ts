import { type Project, type ProjectSnapshot } from "./project.js";

/** The project as it is, with what defines it and nothing else. */
export const freezeProject = (
  { _id, key, name, desc, home_dir, git_repo, docker_repo }: Project,
  at: Date,
): ProjectSnapshot => ({
  _id,
  key,
  taken_at: at,
  name,
  desc: desc ?? null,
  home_dir: home_dir ?? null,
  git_repo: git_repo ?? null,
  docker_repo: docker_repo ?? null,
});
