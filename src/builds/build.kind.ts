import { recordKind } from "../kinds/record-kind.js";
import { part, task, TASK_ORDERS } from "../lists/filter/part-filters.js";
import { reference } from "../lists/filter/reference-filter.js";
import { flag } from "../lists/filter/choice-filters.js";
import { text } from "../lists/filter/value-filters.js";
import { BUILD_VERSION_SNAPSHOT_FILTER, builtFrom } from "./build-version.kind.js";
import { Build } from "./build.js";

export const BUILD = recordKind(
  {
    kind: "build",
    collection: "builds",
    label: "build",
    record: Build,
    scope: "PROJECT_ID",
    snapshots: { bvers: "bvers" },
    task: "OWN",
    log: "OF_JOB",
    end: { cancel: true },
  },
  {
    filter: {
      proj: reference("project", "proj", { description: "Filters by the name of the project." }),
      tag: text("tag", { description: "Filters by the tag that the build version gets.", indexed: true }),
      from: builtFrom("from", { description: "Filters by the source of the content of the image." }),
      ref: text("ref", { description: "Filters by the branch, tag or commit asked for." }),
      noCache: flag("no_cache", "True if every step is done anew, without the build cache."),
      bvers: part("bvers", () => BUILD_VERSION_SNAPSHOT_FILTER, { description: "Filters by the build version made." }),
      task,
    },
    orders: { TAG: { field: "tag", description: "Sorts by tag.", indexed: true }, ...TASK_ORDERS },
  },
);
