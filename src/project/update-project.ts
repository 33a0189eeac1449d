import type { App } from "../app.js";
import { given } from "../graph/given.js";
import { retentionOf } from "../graph/retention-policy.js";
import { changeRecord } from "../store/change-record.js";
import { type Intent, once } from "../store/intent.js";
import { required } from "../store/required.js";
import { modelsOf } from "./models-of.js";
import type { UpdateProjectInput } from "./project.inputs.js";
import type { Project } from "./project.js";

/** @throws NOT_FOUND */
export function updateProject(
  { store, work }: Pick<App, "store" | "work">,
  intent: Intent,
  input: UpdateProjectInput,
): Promise<Project> {
  return once({ store, work }, intent, async () => {
    const { _id } = await required(store.projects, "project", [input.name], ["input", "name"]);
    const { desc, homeDir: home_dir, gitRepo: git_repo, dockerRepo: docker_repo, models } = input;
    const model = models === undefined ? undefined : await modelsOf(store, models ?? []);
    const retention = retentionOf(input.retention);
    return changeRecord(
      store.projects,
      _id,
      () => given({ desc, home_dir, git_repo, docker_repo, model, retention }),
      intent,
    );
  });
}
