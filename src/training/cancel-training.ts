import type { App } from "../app.js";
import { hasEnded } from "../graph/task-state.js";
import { changeRecord } from "../store/change-record.js";
import { type Intent, once } from "../store/intent.js";
import { required } from "../store/required.js";
import type { CancelTrainingInput } from "./training.inputs.js";
import type { Training } from "./training.js";

/**
 * Records the wish; the task is CANCELLED once nothing of it runs any more. One that has ended stays as it is.
 * @throws NOT_FOUND
 */
export function cancelTraining(
  { store, work }: Pick<App, "store" | "work">,
  intent: Intent,
  { proj, name }: CancelTrainingInput,
): Promise<Training> {
  return once({ store, work }, intent, async () => {
    const { _id } = await required(store.trainings, "training", [proj, name], ["input", "name"]);
    const wish = (current: Training) => (hasEnded(current.task.state) ? null : { cancel: true });
    const training = await changeRecord(store.trainings, _id, wish, intent);
    return training;
  });
}
