import { ChildPages } from "../lists/child-pages.js";
import type { Store } from "../store/store.js";

export function datasetLoaders({ datasets, byKind }: Store) {
  return {
    datasetsOfModel: new ChildPages(byKind.model, datasets, "model"),
  };
}
