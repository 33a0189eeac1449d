import { filterOf } from "../lists/filter/filter-of.js";
import { id } from "../lists/filter/id-filter.js";

/** Of a version inside a snapshot only a pin is stored there: nothing but its id can be compared in the same read. */
export const PINNED_VERSION_FILTER = filterOf(
  "PinnedVersion",
  "Conditions on the model version that a record started from.",
  {
    recordId: id("Filters by the id of the record of which the snapshot was taken."),
  },
);
