import { BUILD_VERSION_SNAPSHOT_FILTER } from "../builds/build-version.kind.js";
import { DATASET_SNAPSHOT_FILTER } from "../dataset/dataset.kind.js";
import { recordKind } from "../kinds/record-kind.js";
import { details } from "../lists/filter/details-filter.js";
import { part, someOf, task, TASK_ORDERS } from "../lists/filter/part-filters.js";
import { reference } from "../lists/filter/reference-filter.js";
import { text } from "../lists/filter/value-filters.js";
import { MODEL_VERSION_SNAPSHOT_FILTER } from "../model-version/model-version.kind.js";
import { TRAINING_DEFINITION } from "../model-version/training-snapshot.js";
import { Training } from "./training.js";

export const TRAINING = recordKind(
  {
    kind: "train",
    collection: "trainings",
    label: "training",
    record: Training,
    naturalKey: [["proj", "name"], ["name"]],
    scope: "PROJECT_NAME",
    definition: TRAINING_DEFINITION,
    snapshots: { bvers: "bvers", ds: "dataset", pretrained: "movers" },
    task: "OWN",
    log: "OF_JOB",
    end: { cancel: true },
    holds: "OUTPUT",
  },
  {
    filter: {
      proj: reference("project", "proj", { description: "Filters by the name of the project." }),
      name: text("name", { description: "Filters by name.", indexed: true }),
      notebook: text("notebook", { description: "Filters by the path of the notebook." }),
      bvers: part("bvers", () => BUILD_VERSION_SNAPSHOT_FILTER, {
        description: "Filters by the build version used.",
        indexed: true,
      }),
      ds: someOf("ds", () => DATASET_SNAPSHOT_FILTER, {
        description: "Filters by one of the datasets mounted.",
        indexed: true,
      }),
      pretrained: someOf("pretrained", () => MODEL_VERSION_SNAPSHOT_FILTER, {
        description: "Filters by one of the model versions that it started from.",
        indexed: true,
      }),
      targetDeployment: text("target_deployment", {
        description: "Filters by the name of the deployment that gets what the training publishes.",
      }),
      params: details("params", "Filters by values in its parameters."),
      details: details("details", "Filters by values in its details."),
      task,
    },
    orders: {
      NAME: { field: "name", description: "Sorts by name.", indexed: true },
      NOTEBOOK: { field: "notebook", description: "Sorts by the path of the notebook." },
      ...TASK_ORDERS,
    },
  },
);
