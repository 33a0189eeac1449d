import { BUILD_VERSION_SNAPSHOT_FILTER } from "../builds/build-version.kind.js";
import { DATASET_SNAPSHOT_FILTER } from "../dataset/dataset.kind.js";
import { details } from "../lists/filter/details-filter.js";
import { filterOf } from "../lists/filter/filter-of.js";
import { part, snapshotFilterOf, someOf } from "../lists/filter/part-filters.js";
import { id, text } from "../lists/filter/value-filters.js";
import { PROJECT_SNAPSHOT_FILTER } from "../project/project.kind.js";

/** Snapshots hold only a pin of it, whose id alone can be compared. */
export const PINNED_VERSION_FILTER = filterOf(
  "PinnedVersion",
  "Conditions on the model version that a record started from.",
  {
    recordId: id("Filters by the id of the record of which the snapshot was taken."),
  },
);

export const TRAINING_SNAPSHOT_FILTER = snapshotFilterOf("Training", {
  name: text("name", { description: "Filters by name." }),
  proj: part("proj", () => PROJECT_SNAPSHOT_FILTER, {
    description: "Filters by the project as it was when the snapshot was taken.",
  }),
  bvers: part("bvers", () => BUILD_VERSION_SNAPSHOT_FILTER, { description: "Filters by the build version used." }),
  notebook: text("notebook", { description: "Filters by the path of the notebook." }),
  targetDeployment: text("target_deployment", {
    description: "Filters by the name of the deployment that gets what the training publishes.",
  }),
  params: details("params", "Filters by values in its parameters."),
  details: details("details", "Filters by values in its details."),
  ds: someOf("ds", () => DATASET_SNAPSHOT_FILTER, { description: "Filters by one of the datasets mounted." }),
  pretrained: someOf("pretrained", () => PINNED_VERSION_FILTER, {
    description: "Filters by one of the model versions that it started from.",
  }),
});
