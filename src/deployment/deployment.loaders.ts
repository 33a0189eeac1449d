import { ChildPages } from "../lists/child-pages.js";
import type { Store } from "../store/store.js";

export function deploymentLoaders({ deployments, deploymentRevisions, byKind }: Store) {
  return {
    deploymentsOfModel: new ChildPages(byKind.model, deployments, "movers.model._id"),
    deploymentsOfProject: new ChildPages(byKind.project, deployments, "proj"),
    deploymentsOfBuildVersion: new ChildPages(byKind.bvers, deployments, "bvers._id"),
    deploymentsOfVersion: new ChildPages(byKind.movers, deployments, "movers._id"),
    revisionsOfDeployment: new ChildPages(byKind.depl, deploymentRevisions, "deployment"),
  };
}
