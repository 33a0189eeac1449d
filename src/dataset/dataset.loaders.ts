import { ChildPages } from "../lists/child-pages.js";
import { generationLoaders } from "../lists/generation-loaders.js";
import { loadById, loadByKey } from "../store/load-by-id.js";
import type { Store } from "../store/store.js";

export function datasetLoaders({ datasets, byKind, trainings, modelVersions }: Store) {
  return {
    dataset: loadById(datasets),
    datasetByKey: loadByKey(datasets),
    datasetGenerations: generationLoaders(datasets),
    trainingsOfDataset: new ChildPages(byKind.dataset, trainings, "ds._id"),
    versionsOfDataset: new ChildPages(byKind.dataset, modelVersions, "ds._id"),
  };
}
