import { reference } from "../lists/filter/reference-filter.js";
import { text } from "../lists/filter/text-filter.js";
import { listingOf } from "../lists/listing.js";

export const PROJECT_LISTING = listingOf("Project", {
  isCatalogue: true,
  filter: {
    name: text("name", { description: "By name.", indexed: true }),
    desc: text("desc", { description: "By description." }),
    homeDir: text("home_dir", { description: "By the folder of LOCAL builds." }),
    gitRepo: text("git_repo", { description: "By the git repository." }),
    dockerRepo: text("docker_repo", { description: "By the image repository." }),
    models: reference("model", "model", { description: "By a model that it uses.", isList: true }),
  },
  orders: { NAME: { field: "name", description: "By name.", indexed: true } },
});
