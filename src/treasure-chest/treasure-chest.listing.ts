import { details } from "../lists/filter/details-filter.js";
import { text } from "../lists/filter/text-filter.js";
import { listingOf } from "../lists/listing.js";

export const TREASURE_CHEST_LISTING = listingOf("TreasureChest", {
  isCatalogue: true,
  filter: {
    name: text("name", { description: "By name.", indexed: true }),
    owner: text("owner", { description: "By the user to whom it belongs." }),
    desc: text("desc", { description: "By description." }),
    details: details("details", "By values in its details."),
  },
  orders: {
    NAME: { field: "name", description: "By name.", indexed: true },
    OWNER: { field: "owner", description: "By the user to whom it belongs." },
  },
});
