import { ChildPages } from "../lists/child-pages.js";
import { generationLoaders } from "../lists/generation-loaders.js";
import { loadById, loadByKey } from "../store/load-by-id.js";
import type { Store } from "../store/store.js";

export const buildVersionLoaders = ({ buildVersions, byKind }: Store) => ({
  buildVersion: loadById(buildVersions),
  buildVersionByKey: loadByKey(buildVersions),
  buildVersionGenerations: generationLoaders(buildVersions),
  buildVersionsOfProject: new ChildPages(byKind.project, buildVersions, "proj"),
});
