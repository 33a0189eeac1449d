import { flag } from "../lists/filter/choice-filters.js";
import { details } from "../lists/filter/details-filter.js";
import { files } from "../lists/filter/file-filters.js";
import { snapshotFilterOf } from "../lists/filter/of-snapshots.js";
import { part } from "../lists/filter/part-filters.js";
import { text } from "../lists/filter/text-filter.js";
import { MODEL_SNAPSHOT_FILTER } from "../model/model-snapshot.filter.js";

export const DATASET_SNAPSHOT_FILTER = snapshotFilterOf("Dataset", {
  name: text("name", { description: "Filters by name." }),
  model: part("model", () => MODEL_SNAPSHOT_FILTER, {
    description: "Filters by the model as it was when the snapshot was taken.",
  }),
  stored: flag("stored", "True: records whose files are kept by Rocas. False: the others."),
  details: details("details", "Filters by values in its details."),
  files,
});
