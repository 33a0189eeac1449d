import { DATASET_SNAPSHOT_FILTER } from "../dataset/dataset.kind.js";
import { recordKind } from "../kinds/record-kind.js";
import { flag, texts } from "../lists/filter/choice-filters.js";
import { details } from "../lists/filter/details-filter.js";
import type { FilterType } from "../lists/filter/filter-of.js";
import { files, filesState, part, snapshotFilterOf } from "../lists/filter/part-filters.js";
import { reference } from "../lists/filter/reference-filter.js";
import { text } from "../lists/filter/value-filters.js";
import { MODEL_SNAPSHOT_FILTER } from "../model/model.kind.js";
import { MODEL_VERSION_DEFINITION, ModelVersion } from "./model-version.js";
import { PINNED_VERSION_FILTER, TRAINING_SNAPSHOT_FILTER } from "./training-snapshot.filter.js";

export const MODEL_VERSION_SNAPSHOT_FILTER: FilterType = snapshotFilterOf("ModelVersion", {
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

export const MODEL_VERSION = recordKind(
  {
    kind: "movers",
    collection: "modelVersions",
    label: "model version",
    record: ModelVersion,
    naturalKey: [["model", "name"], ["name"]],
    scope: "MODEL_NAME",
    definition: MODEL_VERSION_DEFINITION,
    snapshots: { train: "train", ds: "dataset", pretrained: "movers" },
    supersedes: "WHEN_COMPLETE",
    usedBy: [
      { kind: "depl", field: "movers._id" },
      { kind: "train", field: "pretrained._id", underWay: true },
    ],
    holds: "FILES",
  },
  {
    filter: {
      model: reference("model", "model", { description: "Filters by the name of the model." }),
      name: text("name", { description: "Filters by name.", indexed: true }),
      aliases: texts("aliases", "Filters by its other names."),
      train: part("train", () => TRAINING_SNAPSHOT_FILTER, {
        description: "Filters by the training that made it.",
        indexed: true,
      }),
      ds: part("ds", () => DATASET_SNAPSHOT_FILTER, {
        description: "Filters by the dataset that it was trained on.",
        indexed: true,
      }),
      pretrained: part("pretrained", () => MODEL_VERSION_SNAPSHOT_FILTER, {
        description: "Filters by the version that it was trained from.",
        indexed: true,
      }),
      compressed: flag("compressed", "True if all files are kept as one tar.gz."),
      lightweight: flag("lightweight", "True: records whose files are kept in the database. False: the others."),
      state: filesState("state", { description: "Filters by the state of its files." }),
      details: details("details", "Filters by values in its details, metrics for example."),
      files,
    },
    orders: { NAME: { field: "name", description: "Sorts by name.", indexed: true } },
  },
);
