import { BUILD_VERSION_SNAPSHOT_FILTER } from "../build-version/build-version-snapshot.filter.js";
import { DATASET_SNAPSHOT_FILTER } from "../dataset/dataset-snapshot.filter.js";
import { details } from "../lists/filter/details-filter.js";
import { reference } from "../lists/filter/reference-filter.js";
import { part, someOf } from "../lists/filter/part-filters.js";
import { task, TASK_ORDERS } from "../lists/filter/task-filter.js";
import { text } from "../lists/filter/text-filter.js";
import { listingOf } from "../lists/listing.js";
import { MODEL_VERSION_SNAPSHOT_FILTER } from "../model-version/model-version-snapshot.filter.js";

export const TRAINING_LISTING = listingOf("Training", {
  filter: {
    proj: reference("project", "proj", { description: "By the name of the project." }),
    name: text("name", { description: "By name.", indexed: true }),
    notebook: text("notebook", { description: "By the path of the notebook." }),
    bvers: part("bvers", () => BUILD_VERSION_SNAPSHOT_FILTER, {
      description: "By the build version used.",
      indexed: true,
    }),
    ds: someOf("ds", () => DATASET_SNAPSHOT_FILTER, {
      description: "By one of the datasets mounted.",
      indexed: true,
    }),
    pretrained: someOf("pretrained", () => MODEL_VERSION_SNAPSHOT_FILTER, {
      description: "By one of the model versions that it started from.",
      indexed: true,
    }),
    params: details("params", "By values in its parameters."),
    details: details("details", "By values in its details."),
    task,
  },
  orders: {
    NAME: { field: "name", description: "By name.", indexed: true },
    NOTEBOOK: { field: "notebook", description: "By the path of the notebook." },
    ...TASK_ORDERS,
  },
});
