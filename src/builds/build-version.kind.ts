import { recordKind } from "../kinds/record-kind.js";
import type { FilterType } from "../lists/filter/filter-of.js";
import { part, snapshotFilterOf } from "../lists/filter/part-filters.js";
import { reference } from "../lists/filter/reference-filter.js";
import { choiceFilter, flag } from "../lists/filter/choice-filters.js";
import { dateTime, text } from "../lists/filter/value-filters.js";
import { PROJECT_SNAPSHOT_FILTER } from "../project/project.kind.js";
import { BUILD_VERSION_DEFINITION, BuildVersion, BuiltFrom } from "./build-version.js";

export const builtFrom = choiceFilter("BuiltFrom", () => BuiltFrom);

export const BUILD_VERSION_SNAPSHOT_FILTER: FilterType = snapshotFilterOf("BuildVersion", {
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

export const BUILD_VERSION = recordKind(
  {
    kind: "bvers",
    collection: "buildVersions",
    label: "build version",
    record: BuildVersion,
    naturalKey: [["proj", "name"], ["tag"]],
    scope: "PROJECT_NAME",
    definition: BUILD_VERSION_DEFINITION,
    supersedes: "WHEN_INSERTED",
    usedBy: [
      { kind: "depl", field: "bvers._id" },
      { kind: "train", field: "bvers._id", underWay: true },
    ],
    holds: "IMAGE",
  },
  {
    filter: {
      proj: reference("project", "proj", { description: "Filters by the name of the project." }),
      tag: text("tag", { description: "Filters by tag.", indexed: true }),
      dockerId: text("docker_id", { description: "Filters by the id of the image.", indexed: true }),
      digest: text("digest", { description: "Filters by the registry's manifest digest." }),
      gitVersion: text("git_version", {
        description: "Filters by the commit from which the image was built.",
        indexed: true,
      }),
      gitDirty: flag(
        "git_dirty",
        "True: images whose folder differed from its commit when it was built. False: the others.",
      ),
      builtAt: dateTime("built_at", { description: "Filters by the time at which the image was built." }),
      builtFrom: builtFrom("built_from", { description: "Filters by the source of the content of the image." }),
    },
    orders: {
      TAG: { field: "tag", description: "Sorts by tag.", indexed: true },
      BUILT_AT: { field: "built_at", description: "Filters by the time at which the image was built." },
    },
  },
);
