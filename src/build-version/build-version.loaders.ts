import { ChildPages } from "../lists/child-pages.js";
import { generationLoaders } from "../lists/generation-loaders.js";
import { loadById, loadByKey } from "../store/load-by-id.js";
import type { Store } from "../store/store.js";

export const buildVersionLoaders = ({ buildVersions, byKind, trainings, modelVersions, deployments }: Store) => ({
  buildVersion: loadById(buildVersions),
  buildVersionByKey: loadByKey(buildVersions),
  buildVersionGenerations: generationLoaders(buildVersions),
  trainingsOfBuildVersion: new ChildPages(byKind.bvers, trainings, "bvers._id"),
  versionsOfBuildVersion: new ChildPages(byKind.bvers, modelVersions, "train.bvers._id"),
  deploymentsOfBuildVersion: new ChildPages(byKind.bvers, deployments, "bvers._id"),
});
