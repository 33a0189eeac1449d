import { loadById, loadByKey } from "../store/load-by-id.js";
import type { Store } from "../store/store.js";
import { loadFileUseOfModels } from "../usage/load-file-use.js";
import { loadViolations } from "./load-violations.js";

export function modelLoaders(store: Store) {
  const { models } = store;
  return {
    model: loadById(models),
    modelByKey: loadByKey(models),
    /** By the model itself, whose contract is the judge. */
    violationsOfModel: loadViolations(store),
    fileUseOfModel: loadFileUseOfModels(store),
  };
}
