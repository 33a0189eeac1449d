import { dateTime } from "../lists/filter/date-time-filter.js";
import { flag } from "../lists/filter/choice-filters.js";
import { snapshotFilterOf } from "../lists/filter/of-snapshots.js";
import { part } from "../lists/filter/part-filters.js";
import { text } from "../lists/filter/text-filter.js";
import { PROJECT_SNAPSHOT_FILTER } from "../project/project-snapshot.filter.js";
import { builtFrom } from "./built-from.filter.js";

export const BUILD_VERSION_SNAPSHOT_FILTER = snapshotFilterOf("BuildVersion", {
  tag: text("tag", { description: "Filters by tag." }),
  dockerId: text("docker_id", { description: "Filters by the id of the image." }),
  gitVersion: text("git_version", { description: "Filters by the commit from which the image was built." }),
  gitDirty: flag(
    "git_dirty",
    "True: images whose folder differed from its commit when it was built. False: the others.",
  ),
  builtAt: dateTime("built_at", { description: "Filters by the time at which the image was built." }),
  builtFrom: builtFrom("built_from", { description: "Filters by the source of the content of the image." }),
  proj: part("proj", () => PROJECT_SNAPSHOT_FILTER, {
    description: "Filters by the project as it was when the snapshot was taken.",
  }),
});
