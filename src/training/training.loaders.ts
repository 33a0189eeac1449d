import { ChildPages } from "../lists/child-pages.js";
import { loadById, loadByKey } from "../store/load-by-id.js";
import type { Store } from "../store/store.js";

export function trainingLoaders({ trainings, modelVersions, byKind }: Store) {
  return {
    training: loadById(trainings),
    trainingByKey: loadByKey(trainings),
    versionsOfTraining: new ChildPages(byKind.train, modelVersions, "train._id"),
  };
}
