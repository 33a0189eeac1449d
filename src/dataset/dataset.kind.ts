import { recordKind } from "../kinds/record-kind.js";
import { details } from "../lists/filter/details-filter.js";
import type { FilterType } from "../lists/filter/filter-of.js";
import { files, filesState, part, snapshotFilterOf } from "../lists/filter/part-filters.js";
import { reference } from "../lists/filter/reference-filter.js";
import { flag } from "../lists/filter/choice-filters.js";
import { text } from "../lists/filter/value-filters.js";
import { MODEL_SNAPSHOT_FILTER } from "../model/model.kind.js";
import { Dataset, DATASET_DEFINITION } from "./dataset.js";

export const DATASET_SNAPSHOT_FILTER: FilterType = snapshotFilterOf("Dataset", {
  name: text("name", { description: "Filters by name." }),
  model: part("model", () => MODEL_SNAPSHOT_FILTER, {
    description: "Filters by the model as it was when the snapshot was taken.",
  }),
  stored: flag("stored", "True: records whose files are kept by Rocas. False: the others."),
  details: details("details", "Filters by values in its details."),
  files,
});

export const DATASET = recordKind(
  {
    kind: "dataset",
    collection: "datasets",
    label: "dataset",
    record: Dataset,
    naturalKey: [["model", "name"], ["name"]],
    scope: "MODEL_NAME",
    definition: DATASET_DEFINITION,
    supersedes: "WHEN_COMPLETE",
    usedBy: [{ kind: "train", field: "ds._id", underWay: true }],
    holds: "FILES",
  },
  {
    filter: {
      model: reference("model", "model", { description: "Filters by the name of the model." }),
      name: text("name", { description: "Filters by name.", indexed: true }),
      stored: flag("stored", "True: records whose files are kept by Rocas. False: the others."),
      compressed: flag("compressed", "True if all files are kept as one tar.gz."),
      lightweight: flag("lightweight", "True: records whose files are kept in the database. False: the others."),
      state: filesState("state", { description: "Filters by the state of its files." }),
      details: details("details", "Filters by values in its details."),
      files,
    },
    orders: { NAME: { field: "name", description: "Sorts by name.", indexed: true } },
  },
);
