import { snapshotFilterOf } from "../lists/filter/of-snapshots.js";
import { text } from "../lists/filter/text-filter.js";

export const MODEL_SNAPSHOT_FILTER = snapshotFilterOf("Model", {
  name: text("name", { description: "Filters by name." }),
  desc: text("desc", { description: "Filters by description." }),
});
