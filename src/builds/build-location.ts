import { DomainError } from "../errors.js";
import type { Project } from "../project/project.js";
import { BuiltFrom } from "./build-version.js";

type BuildSources = Pick<Project, "home_dir" | "git_repo" | "docker_repo">;

const FIELD = {
  [BuiltFrom.LOCAL]: { stored: "home_dir", shown: "homeDir" },
  [BuiltFrom.GIT]: { stored: "git_repo", shown: "gitRepo" },
  [BuiltFrom.PRE_BUILT]: { stored: "docker_repo", shown: "dockerRepo" },
} as const;

const hasTag = (repository: string): boolean => (repository.split("/").at(-1) ?? "").includes(":");

/** Returns the source of a build. @throws BAD_USER_INPUT if the project has none */
export function buildLocation(project: BuildSources, from: BuiltFrom): string {
  const { stored, shown } = FIELD[from];
  const location = project[stored];
  if (!location)
    throw new DomainError(
      "BAD_USER_INPUT",
      `The project has no \`${shown}\`: set it with updateProject, or build from elsewhere with \`from\`.`,
      ["input", "from"],
    );
  if (from === BuiltFrom.PRE_BUILT && hasTag(location))
    throw new DomainError(
      "BAD_USER_INPUT",
      `The \`dockerRepo\` of the project names a tag: set it to the repository alone with updateProject, and give the tag here.`,
      ["input", "tag"],
    );
  return location;
}
