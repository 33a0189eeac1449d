import { reference } from "../lists/filter/reference-filter.js";
import { text } from "../lists/filter/text-filter.js";
import { listingOf } from "../lists/listing.js";

export const PROJECT_LISTING = listingOf("Project", {
  isCatalogue: true,
  filter: {
    name: text("name", { description: "Filters by name.", indexed: true }),
    desc: text("desc", { description: "Filters by description." }),
    homeDir: text("home_dir", { description: "Filters by the folder of LOCAL builds." }),
    gitRepo: text("git_repo", { description: "Filters by the git repository." }),
    dockerRepo: text("docker_repo", { description: "Filters by the image repository." }),
    models: reference("model", "model", { description: "Filters by a model that it uses.", isList: true }),
  },
  orders: { NAME: { field: "name", description: "Sorts by name.", indexed: true } },
});
