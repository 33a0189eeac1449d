import { snapshotFilterOf } from "../lists/filter/of-snapshots.js";
import { text } from "../lists/filter/text-filter.js";

export const PROJECT_SNAPSHOT_FILTER = snapshotFilterOf("Project", {
  name: text("name", { description: "By name." }),
  desc: text("desc", { description: "By description." }),
  homeDir: text("home_dir", { description: "By the folder of LOCAL builds." }),
  gitRepo: text("git_repo", { description: "By the git repository." }),
  dockerRepo: text("docker_repo", { description: "By the image repository." }),
});
