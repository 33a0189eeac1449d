import { ChildPages } from "../lists/child-pages.js";
import type { Store } from "../store/store.js";
import { loadFileUseOfProjects, loadLogBytes } from "../usage/load-file-use.js";

export function projectLoaders(store: Store) {
  const { projects, byKind } = store;
  return {
    fileUseOfProject: loadFileUseOfProjects(store),
    logBytesOfProject: loadLogBytes(store),
    projectsOfModel: new ChildPages(byKind.model, projects, "model"),
  };
}
