import { ChildPages } from "../lists/child-pages.js";
import { loadById, loadByKey } from "../store/load-by-id.js";
import type { Store } from "../store/store.js";
import { loadFileUseOfProjects, loadLogBytes } from "../usage/load-file-use.js";

export function projectLoaders(store: Store) {
  const { projects, byKind, builds, buildVersions, trainings, modelVersions, deployments } = store;
  return {
    fileUseOfProject: loadFileUseOfProjects(store),
    logBytesOfProject: loadLogBytes(store),
    project: loadById(projects),
    projectByKey: loadByKey(projects),
    buildsOfProject: new ChildPages(byKind.project, builds, "proj"),
    buildVersionsOfProject: new ChildPages(byKind.project, buildVersions, "proj"),
    trainingsOfProject: new ChildPages(byKind.project, trainings, "proj"),
    versionsOfProject: new ChildPages(byKind.project, modelVersions, "train.proj._id"),
    deploymentsOfProject: new ChildPages(byKind.project, deployments, "proj"),
  };
}
