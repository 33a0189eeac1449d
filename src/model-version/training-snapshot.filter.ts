import { BUILD_VERSION_SNAPSHOT_FILTER } from "../builds/build-version.kind.js";
import { DATASET_SNAPSHOT_FILTER } from "../dataset/dataset.kind.js";
import { details } from "../lists/filter/details-filter.js";
import { snapshotFilterOf } from "../lists/filter/of-snapshots.js";
import { part, someOf } from "../lists/filter/part-filters.js";
import { text } from "../lists/filter/text-filter.js";
import { PINNED_VERSION_FILTER } from "./pinned-version.filter.js";
import { PROJECT_SNAPSHOT_FILTER } from "../project/project.kind.js";

export const TRAINING_SNAPSHOT_FILTER = snapshotFilterOf("Training", {
  name: text("name", { description: "Filters by name." }),
  proj: part("proj", () => PROJECT_SNAPSHOT_FILTER, {
    description: "Filters by the project as it was when the snapshot was taken.",
  }),
  bvers: part("bvers", () => BUILD_VERSION_SNAPSHOT_FILTER, { description: "Filters by the build version used." }),
  notebook: text("notebook", { description: "Filters by the path of the notebook." }),
  params: details("params", "Filters by values in its parameters."),
  details: details("details", "Filters by values in its details."),
  ds: someOf("ds", () => DATASET_SNAPSHOT_FILTER, { description: "Filters by one of the datasets mounted." }),
  pretrained: someOf("pretrained", () => PINNED_VERSION_FILTER, {
    description: "Filters by one of the model versions that it started from.",
  }),
});
