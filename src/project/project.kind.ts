import { recordKind } from "../kinds/record-kind.js";
import type { FilterType } from "../lists/filter/filter-of.js";
import { snapshotFilterOf } from "../lists/filter/part-filters.js";
import { reference } from "../lists/filter/reference-filter.js";
import { text } from "../lists/filter/value-filters.js";
import { Project, PROJECT_DEFINITION } from "./project.js";

export const PROJECT_SNAPSHOT_FILTER: FilterType = snapshotFilterOf("Project", {
  name: text("name", { description: "Filters by name." }),
  desc: text("desc", { description: "Filters by description." }),
  homeDir: text("home_dir", { description: "Filters by the folder of LOCAL builds." }),
  gitRepo: text("git_repo", { description: "Filters by the git repository." }),
  dockerRepo: text("docker_repo", { description: "Filters by the image repository." }),
});

export const PROJECT = recordKind(
  {
    kind: "project",
    collection: "projects",
    label: "project",
    record: Project,
    naturalKey: [["name"]],
    scope: "PROJECT_NAME",
    definition: PROJECT_DEFINITION,
    owns: [
      { kind: "depl", field: "proj" },
      { kind: "train", field: "proj" },
      { kind: "build", field: "proj" },
      { kind: "bvers", field: "proj" },
    ],
  },
  {
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
  },
);
