import { freezeModel } from "../model/freeze-model.js";
import { parentOf } from "../store/parent-of.js";
import type { Store } from "../store/store.js";
import type { Dataset, DatasetSnapshot } from "./dataset.js";

/** The dataset as it is, with its model as it is. @throws CONFLICT where the model is being deleted. */
export async function freezeDataset(
  { models }: Pick<Store, "models">,
  dataset: Dataset,
  at: Date,
): Promise<DatasetSnapshot> {
  const { _id, key, name, stored, details, compressed, lightweight, files, manifest, file_list } = dataset;
  const model = freezeModel(await parentOf(models, dataset.model), at);
  const kept = { files, ...(manifest && { manifest, file_list }) };
  return { _id, key, taken_at: at, name, stored, details, compressed, lightweight, ...kept, model };
}
