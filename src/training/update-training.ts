import type { App } from "../app.js";
import { changeRecord } from "../store/change-record.js";
import { type Intent, once } from "../store/intent.js";
import { required } from "../store/required.js";
import type { UpdateTrainingInput } from "./training.inputs.js";
import type { Training } from "./training.js";

/** What a training was started with stays; its details can be edited. @throws NOT_FOUND */
export function updateTraining(
  { store, work }: Pick<App, "store" | "work">,
  intent: Intent,
  { proj, name, details }: UpdateTrainingInput,
): Promise<Training> {
  return once({ store, work }, intent, async () => {
    const { _id } = await required(store.trainings, "training", [proj, name], ["input", "name"]);
    const change = () => (details === undefined ? null : { details: details ?? {} });
    const training = await changeRecord(store.trainings, _id, change, intent);
    return training;
  });
}
