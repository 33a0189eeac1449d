import { flag } from "../lists/filter/choice-filters.js";
import { details } from "../lists/filter/details-filter.js";
import { files } from "../lists/filter/file-filters.js";
import { snapshotFilterOf } from "../lists/filter/of-snapshots.js";
import { part } from "../lists/filter/part-filters.js";
import { text } from "../lists/filter/text-filter.js";
import { MODEL_SNAPSHOT_FILTER } from "../model/model-snapshot.filter.js";

export const DATASET_SNAPSHOT_FILTER = snapshotFilterOf("Dataset", {
  name: text("name", { description: "By name." }),
  model: part("model", () => MODEL_SNAPSHOT_FILTER, { description: "By the model as it was then." }),
  stored: flag("stored", "Whether its files are kept here."),
  details: details("details", "By values in its details."),
  files,
});
