import { loadById } from "../store/load-by-id.js";
import type { Store } from "../store/store.js";

export const buildLoaders = ({ builds }: Store) => ({
  build: loadById(builds),
});
