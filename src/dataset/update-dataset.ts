import type { App } from "../app.js";
import { changeRecord } from "../store/change-record.js";
import { type Intent, once } from "../store/intent.js";
import { required } from "../store/required.js";
import type { UpdateDatasetInput } from "./dataset.inputs.js";
import type { Dataset } from "./dataset.js";

/** Its files never change: another dataset of the name replaces them. @throws NOT_FOUND */
export function updateDataset(
  { store, work }: Pick<App, "store" | "work">,
  intent: Intent,
  input: UpdateDatasetInput,
): Promise<Dataset> {
  return once({ store, work }, intent, async () => {
    const { _id } = await required(store.datasets, "dataset", [input.model, input.name], ["input", "name"]);
    const { details } = input;
    return changeRecord(store.datasets, _id, () => (details === undefined ? null : { details: details ?? {} }), intent);
  });
}
