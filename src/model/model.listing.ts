import { text } from "../lists/filter/text-filter.js";
import { listingOf } from "../lists/listing.js";

export const MODEL_LISTING = listingOf("Model", {
  isCatalogue: true,
  filter: {
    name: text("name", { description: "By name.", indexed: true }),
    desc: text("desc", { description: "By description." }),
  },
  orders: { NAME: { field: "name", description: "By name.", indexed: true } },
});
