import type { App } from "../app.js";
import { notFound } from "../errors.js";
import { kindOf } from "../graph/id.js";
import { hasEnded } from "../graph/task-state.js";
import { changeRecord } from "../store/change-record.js";
import { type Intent, once } from "../store/intent.js";
import type { CancelBuildInput } from "./build.inputs.js";
import type { Build } from "./build.js";

/**
 * Records the wish; the task is CANCELLED once nothing of it runs any more. One that has ended stays as it is.
 * @throws NOT_FOUND
 */
export function cancelBuild(
  { store, work }: Pick<App, "store" | "work">,
  intent: Intent,
  { id }: CancelBuildInput,
): Promise<Build> {
  return once({ store, work }, intent, async () => {
    if (kindOf(id) !== "build") throw notFound("build", ["input", "id"]);
    const wish = (current: Build) => (hasEnded(current.task.state) ? null : { cancel: true });
    const build = await changeRecord(store.builds, id, wish, intent);
    return build;
  });
}
