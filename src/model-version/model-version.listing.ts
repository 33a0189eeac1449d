import { DATASET_SNAPSHOT_FILTER } from "../dataset/dataset-snapshot.filter.js";
import { flag, texts } from "../lists/filter/choice-filters.js";
import { details } from "../lists/filter/details-filter.js";
import { files, filesState } from "../lists/filter/file-filters.js";
import { reference } from "../lists/filter/reference-filter.js";
import { part } from "../lists/filter/part-filters.js";
import { text } from "../lists/filter/text-filter.js";
import { listingOf } from "../lists/listing.js";
import { TRAINING_SNAPSHOT_FILTER } from "./training-snapshot.filter.js";
import { MODEL_VERSION_SNAPSHOT_FILTER } from "./model-version-snapshot.filter.js";

export const MODEL_VERSION_LISTING = listingOf("ModelVersion", {
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
});
