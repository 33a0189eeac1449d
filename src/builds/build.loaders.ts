import { ChildPages } from "../lists/child-pages.js";
import type { Store } from "../store/store.js";

export const buildLoaders = ({ builds, byKind }: Store) => ({
  buildsOfProject: new ChildPages(byKind.project, builds, "proj"),
  buildsOfChest: new ChildPages(byKind.tchest, builds, "chest"),
  pushesOfChest: new ChildPages(byKind.tchest, builds, "registry_chest"),
});
