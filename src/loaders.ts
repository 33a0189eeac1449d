import { buildLoaders } from "./build/build.loaders.js";
import { buildVersionLoaders } from "./build-version/build-version.loaders.js";
import { datasetLoaders } from "./dataset/dataset.loaders.js";
import { deploymentLoaders } from "./deployment/deployment.loaders.js";
import { fileLoaders } from "./files/file.loaders.js";
import { modelLoaders } from "./model/model.loaders.js";
import { modelVersionLoaders } from "./model-version/model-version.loaders.js";
import { projectLoaders } from "./project/project.loaders.js";
import type { Store } from "./store/store.js";
import { trainingLoaders } from "./training/training.loaders.js";
import { treasureChestLoaders } from "./treasure-chest/treasure-chest.loaders.js";

/** Every loader of one request. */
export const loadersOf = (store: Store) => ({
  ...projectLoaders(store),
  ...modelLoaders(store),
  ...datasetLoaders(store),
  ...modelVersionLoaders(store),
  ...fileLoaders(store),
  ...buildLoaders(store),
  ...buildVersionLoaders(store),
  ...trainingLoaders(store),
  ...deploymentLoaders(store),
  ...treasureChestLoaders(store),
});

export type Loaders = ReturnType<typeof loadersOf>;
