import { ChildPages } from "../lists/child-pages.js";
import type { Store } from "../store/store.js";

export const buildVersionLoaders = ({ buildVersions, byKind }: Store) => ({
  buildVersionsOfProject: new ChildPages(byKind.project, buildVersions, "proj"),
});
