import { BUILD_VERSION_SNAPSHOT_FILTER } from "../builds/build-version.kind.js";
import { details } from "../lists/filter/details-filter.js";
import { part, someOf } from "../lists/filter/part-filters.js";
import { text } from "../lists/filter/text-filter.js";
import { MODEL_VERSION_SNAPSHOT_FILTER } from "../model-version/model-version.kind.js";

/** The conditions that deployments and revisions share: those of what their containers run. */
export const SERVED_CRITERIA = {
  movers: someOf("movers", () => MODEL_VERSION_SNAPSHOT_FILTER, {
    description: "Filters by one of the versions served.",
    indexed: true,
  }),
  bvers: part("bvers", () => BUILD_VERSION_SNAPSHOT_FILTER, {
    description: "Filters by the build version that its containers are made of.",
    indexed: true,
  }),
  notebook: text("notebook", { description: "Filters by the path of the prediction notebook." }),
  details: details("details", "Filters by values in its details."),
};
