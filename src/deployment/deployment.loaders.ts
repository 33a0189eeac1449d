import { ChildPages } from "../lists/child-pages.js";
import { loadById, loadByKey } from "../store/load-by-id.js";
import type { Store } from "../store/store.js";

export function deploymentLoaders({ deployments, deploymentRevisions, byKind }: Store) {
  return {
    deployment: loadById(deployments),
    deploymentByKey: loadByKey(deployments),
    deploymentRevision: loadById(deploymentRevisions),
    deploymentRevisionByKey: loadByKey(deploymentRevisions),
    revisionsOfDeployment: new ChildPages(byKind.depl, deploymentRevisions, "deployment"),
  };
}
