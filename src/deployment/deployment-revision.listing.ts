import { int } from "../lists/filter/number-filters.js";
import { listingOf } from "../lists/listing.js";
import { SERVED_CRITERIA } from "./served.filter.js";

export const DEPLOYMENT_REVISION_LISTING = listingOf("DeploymentRevision", {
  filter: { number: int("number", { description: "Filters by number." }), ...SERVED_CRITERIA },
  orders: { NUMBER: { field: "number", description: "Sorts by number." } },
});
