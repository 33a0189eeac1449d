import { snapshotFilterOf } from "../lists/filter/of-snapshots.js";
import { text } from "../lists/filter/text-filter.js";

export const PROJECT_SNAPSHOT_FILTER = snapshotFilterOf("Project", {
  name: text("name", { description: "Filters by name." }),
  desc: text("desc", { description: "Filters by description." }),
  homeDir: text("home_dir", { description: "Filters by the folder of LOCAL builds." }),
  gitRepo: text("git_repo", { description: "Filters by the git repository." }),
  dockerRepo: text("docker_repo", { description: "Filters by the image repository." }),
});
