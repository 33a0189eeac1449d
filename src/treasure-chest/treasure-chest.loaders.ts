import { loadById, loadByKey } from "../store/load-by-id.js";
import type { Store } from "../store/store.js";

export function treasureChestLoaders({ treasureChests }: Store) {
  return {
    treasureChest: loadById(treasureChests),
    treasureChestByKey: loadByKey(treasureChests),
  };
}
