import { ChildPages } from "../lists/child-pages.js";
import { loadById, loadByKey } from "../store/load-by-id.js";
import type { Store } from "../store/store.js";

export function treasureChestLoaders({ treasureChests, byKind, builds }: Store) {
  return {
    treasureChest: loadById(treasureChests),
    treasureChestByKey: loadByKey(treasureChests),
    buildsOfChest: new ChildPages(byKind.tchest, builds, "chest"),
    pushesOfChest: new ChildPages(byKind.tchest, builds, "registry_chest"),
  };
}
