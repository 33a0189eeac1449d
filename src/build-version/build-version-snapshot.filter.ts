import { dateTime } from "../lists/filter/date-time-filter.js";
import { flag } from "../lists/filter/choice-filters.js";
import { snapshotFilterOf } from "../lists/filter/of-snapshots.js";
import { part } from "../lists/filter/part-filters.js";
import { text } from "../lists/filter/text-filter.js";
import { PROJECT_SNAPSHOT_FILTER } from "../project/project-snapshot.filter.js";
import { builtFrom } from "./built-from.filter.js";

export const BUILD_VERSION_SNAPSHOT_FILTER = snapshotFilterOf("BuildVersion", {
  tag: text("tag", { description: "By tag." }),
  dockerId: text("docker_id", { description: "By the id of the image." }),
  gitVersion: text("git_version", { description: "By the commit that the image was built from." }),
  gitDirty: flag("git_dirty", "Whether the folder differed from that commit."),
  builtAt: dateTime("built_at", { description: "By when the image was built." }),
  builtFrom: builtFrom("built_from", { description: "By where its content came from." }),
  proj: part("proj", () => PROJECT_SNAPSHOT_FILTER, { description: "By the project as it was then." }),
});
