import { snapshotFilterOf } from "../lists/filter/of-snapshots.js";
import { text } from "../lists/filter/text-filter.js";

export const MODEL_SNAPSHOT_FILTER = snapshotFilterOf("Model", {
  name: text("name", { description: "By name." }),
  desc: text("desc", { description: "By description." }),
});
