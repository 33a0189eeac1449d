import type { Store } from "../store/store.js";
import { loadFileUseOfModels } from "../usage/load-file-use.js";
import { loadViolations } from "./load-violations.js";

export const modelLoaders = (store: Store) => ({
  /** By the model itself, whose contract is the judge. */
  violationsOfModel: loadViolations(store),
  fileUseOfModel: loadFileUseOfModels(store),
});
