import { ChildPages } from "../lists/child-pages.js";
import type { Store } from "../store/store.js";

export function trainingLoaders({ trainings, modelVersions, byKind }: Store) {
  return {
    trainingsOfProject: new ChildPages(byKind.project, trainings, "proj"),
    trainingsOfBuildVersion: new ChildPages(byKind.bvers, trainings, "bvers._id"),
    trainingsOfDataset: new ChildPages(byKind.dataset, trainings, "ds._id"),
    trainingsFromVersion: new ChildPages(byKind.movers, trainings, "pretrained._id"),
    versionsOfTraining: new ChildPages(byKind.train, modelVersions, "train._id"),
  };
}
