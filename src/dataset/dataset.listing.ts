import { flag } from "../lists/filter/choice-filters.js";
import { details } from "../lists/filter/details-filter.js";
import { files, filesState } from "../lists/filter/file-filters.js";
import { reference } from "../lists/filter/reference-filter.js";
import { text } from "../lists/filter/text-filter.js";
import { listingOf } from "../lists/listing.js";

export const DATASET_LISTING = listingOf("Dataset", {
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
});
