import { ChildPages } from "../lists/child-pages.js";
import { generationLoaders } from "../lists/generation-loaders.js";
import { loadById, loadByKey } from "../store/load-by-id.js";
import type { Store } from "../store/store.js";

export function datasetLoaders({ datasets, byKind }: Store) {
  return {
    dataset: loadById(datasets),
    datasetByKey: loadByKey(datasets),
    datasetGenerations: generationLoaders(datasets),
    datasetsOfModel: new ChildPages(byKind.model, datasets, "model"),
  };
}
