import { DATASET_SNAPSHOT_FILTER } from "../dataset/dataset-snapshot.filter.js";
import { flag, texts } from "../lists/filter/choice-filters.js";
import { details } from "../lists/filter/details-filter.js";
import { files, filesState } from "../lists/filter/file-filters.js";
import { reference } from "../lists/filter/reference-filter.js";
import { part } from "../lists/filter/part-filters.js";
import { text } from "../lists/filter/text-filter.js";
import { listingOf } from "../lists/listing.js";
import { TRAINING_SNAPSHOT_FILTER } from "../training/training-snapshot.filter.js";
import { MODEL_VERSION_SNAPSHOT_FILTER } from "./model-version-snapshot.filter.js";

export const MODEL_VERSION_LISTING = listingOf("ModelVersion", {
  filter: {
    model: reference("model", "model", { description: "By the name of the model." }),
    name: text("name", { description: "By name.", indexed: true }),
    aliases: texts("aliases", "By its other names."),
    train: part("train", () => TRAINING_SNAPSHOT_FILTER, {
      description: "By the training that made it.",
      indexed: true,
    }),
    ds: part("ds", () => DATASET_SNAPSHOT_FILTER, {
      description: "By the dataset that it was trained on.",
      indexed: true,
    }),
    pretrained: part("pretrained", () => MODEL_VERSION_SNAPSHOT_FILTER, {
      description: "By the version that it was trained from.",
      indexed: true,
    }),
    compressed: flag("compressed", "Whether all files are kept as one tar.gz."),
    lightweight: flag("lightweight", "Whether the files are kept in the database."),
    state: filesState("state", { description: "By whether its files are there." }),
    details: details("details", "By values in its details, metrics for example."),
    files,
  },
  orders: { NAME: { field: "name", description: "By name.", indexed: true } },
});
