import { ChildPages } from "../store/child-pages.js";
import { loadById, loadByKey } from "../store/load-by-id.js";
import type { Store } from "../store/store.js";

export const buildVersionLoaders = ({ buildVersions, byKind, trainings, deployments }: Store) => ({
  buildVersion: loadById(buildVersions),
  buildVersionByKey: loadByKey(buildVersions),
  trainingsOfBuildVersion: new ChildPages(byKind.bvers, trainings, "bvers._id"),
  deploymentsOfBuildVersion: new ChildPages(byKind.bvers, deployments, "bvers._id"),
});
