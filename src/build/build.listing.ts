import { BUILD_VERSION_SNAPSHOT_FILTER } from "../build-version/build-version-snapshot.filter.js";
import { builtFrom } from "../build-version/built-from.filter.js";
import { flag } from "../lists/filter/choice-filters.js";
import { reference } from "../lists/filter/reference-filter.js";
import { part } from "../lists/filter/part-filters.js";
import { task, TASK_ORDERS } from "../lists/filter/task-filter.js";
import { text } from "../lists/filter/text-filter.js";
import { listingOf } from "../lists/listing.js";

export const BUILD_LISTING = listingOf("Build", {
  filter: {
    proj: reference("project", "proj", { description: "By the name of the project." }),
    tag: text("tag", { description: "By the tag that the build version gets.", indexed: true }),
    from: builtFrom("from", { description: "By where the content of the image comes from." }),
    ref: text("ref", { description: "By the branch, tag or commit asked for." }),
    noCache: flag("no_cache", "Whether every step is done anew."),
    bvers: part("bvers", () => BUILD_VERSION_SNAPSHOT_FILTER, { description: "By the build version made." }),
    task,
  },
  orders: { TAG: { field: "tag", description: "By tag.", indexed: true }, ...TASK_ORDERS },
});
