import { ChildPages } from "../store/child-pages.js";
import { loadById, loadByKey } from "../store/load-by-id.js";
import type { Store } from "../store/store.js";

export function modelLoaders({ models, byKind, projects, datasets, modelVersions, deployments }: Store) {
  return {
    model: loadById(models),
    modelByKey: loadByKey(models),
    projectsOfModel: new ChildPages(byKind.model, projects, "model"),
    datasetsOfModel: new ChildPages(byKind.model, datasets, "model"),
    versionsOfModel: new ChildPages(byKind.model, modelVersions, "model"),
    deploymentsOfModel: new ChildPages(byKind.model, deployments, "movers.model._id"),
  };
}
