import { DATASET_SNAPSHOT_FILTER } from "../dataset/dataset-snapshot.filter.js";
import { flag } from "../lists/filter/choice-filters.js";
import { details } from "../lists/filter/details-filter.js";
import { files } from "../lists/filter/file-filters.js";
import { snapshotFilterOf } from "../lists/filter/of-snapshots.js";
import { part } from "../lists/filter/part-filters.js";
import { text } from "../lists/filter/text-filter.js";
import { MODEL_SNAPSHOT_FILTER } from "../model/model-snapshot.filter.js";
import { TRAINING_SNAPSHOT_FILTER } from "./training-snapshot.filter.js";
import { PINNED_VERSION_FILTER } from "./pinned-version.filter.js";

export const MODEL_VERSION_SNAPSHOT_FILTER = snapshotFilterOf("ModelVersion", {
  name: text("name", { description: "Filters by name." }),
  model: part("model", () => MODEL_SNAPSHOT_FILTER, {
    description: "Filters by the model as it was when the snapshot was taken.",
  }),
  train: part("train", () => TRAINING_SNAPSHOT_FILTER, { description: "Filters by the training that made it." }),
  ds: part("ds", () => DATASET_SNAPSHOT_FILTER, { description: "Filters by the dataset that it was trained on." }),
  pretrained: part("pretrained", () => PINNED_VERSION_FILTER, {
    description: "Filters by the version that it was trained from.",
  }),
  details: details("details", "Filters by values in its details."),
  compressed: flag("compressed", "True if all files are kept as one tar.gz."),
  lightweight: flag("lightweight", "True: records whose files are kept in the database. False: the others."),
  files,
});
