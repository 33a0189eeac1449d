import { flag } from "../lists/filter/choice-filters.js";
import { details } from "../lists/filter/details-filter.js";
import { files, filesState } from "../lists/filter/file-filters.js";
import { reference } from "../lists/filter/reference-filter.js";
import { text } from "../lists/filter/text-filter.js";
import { listingOf } from "../lists/listing.js";

export const DATASET_LISTING = listingOf("Dataset", {
  filter: {
    model: reference("model", "model", { description: "By the name of the model." }),
    name: text("name", { description: "By name.", indexed: true }),
    stored: flag("stored", "Whether its files are kept here."),
    compressed: flag("compressed", "Whether all files are kept as one tar.gz."),
    lightweight: flag("lightweight", "Whether the files are kept in the database."),
    state: filesState("state", { description: "By whether its files are there." }),
    details: details("details", "By values in its details."),
    files,
  },
  orders: { NAME: { field: "name", description: "By name.", indexed: true } },
});
