import { BUILD_VERSION_DEFINITION } from "../build-version/build-version.js";
import { DATASET_DEFINITION } from "../dataset/dataset.js";
import type { AnyDefinition } from "../graph/definition.js";
import type { Kind } from "../graph/id.js";
import { MODEL_DEFINITION } from "../model/model.js";
import { MODEL_VERSION_DEFINITION } from "../model-version/model-version.js";
import { PROJECT_DEFINITION } from "../project/project.js";
import { TRAINING_DEFINITION } from "../training/training.js";

/** Kinds of records of which snapshots are taken. */
export const DEFINITIONS: Partial<Readonly<Record<Kind, AnyDefinition>>> = {
  project: PROJECT_DEFINITION,
  model: MODEL_DEFINITION,
  dataset: DATASET_DEFINITION,
  bvers: BUILD_VERSION_DEFINITION,
  train: TRAINING_DEFINITION,
  movers: MODEL_VERSION_DEFINITION,
};
