import { ChildPages } from "../lists/child-pages.js";
import { loadById, loadByKey } from "../store/load-by-id.js";
import type { Store } from "../store/store.js";
import { loadFileUseOfModels } from "../usage/load-file-use.js";
import { loadViolations } from "./load-violations.js";

export function modelLoaders(store: Store) {
  const { models, byKind, projects, datasets, modelVersions, deployments } = store;
  return {
    model: loadById(models),
    modelByKey: loadByKey(models),
    projectsOfModel: new ChildPages(byKind.model, projects, "model"),
    datasetsOfModel: new ChildPages(byKind.model, datasets, "model"),
    versionsOfModel: new ChildPages(byKind.model, modelVersions, "model"),
    deploymentsOfModel: new ChildPages(byKind.model, deployments, "movers.model._id"),
    /** By the model itself, whose contract is the judge. */
    violationsOfModel: loadViolations(store),
    fileUseOfModel: loadFileUseOfModels(store),
  };
}
