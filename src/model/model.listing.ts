import { text } from "../lists/filter/text-filter.js";
import { listingOf } from "../lists/listing.js";

export const MODEL_LISTING = listingOf("Model", {
  isCatalogue: true,
  filter: {
    name: text("name", { description: "Filters by name.", indexed: true }),
    desc: text("desc", { description: "Filters by description." }),
  },
  orders: { NAME: { field: "name", description: "Sorts by name.", indexed: true } },
});
