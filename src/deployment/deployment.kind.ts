import { BUILD_VERSION_SNAPSHOT_FILTER } from "../builds/build-version.kind.js";
import { recordKind } from "../kinds/record-kind.js";
import { details } from "../lists/filter/details-filter.js";
import { part, someOf } from "../lists/filter/part-filters.js";
import { reference } from "../lists/filter/reference-filter.js";
import { choiceFilter } from "../lists/filter/choice-filters.js";
import { int, text } from "../lists/filter/value-filters.js";
import { MODEL_VERSION_SNAPSHOT_FILTER } from "../model-version/model-version.kind.js";
import { Availability, Deployment } from "./deployment.js";

/** The filters that deployments and revisions share: those by the fields of `Served`. */
export const SERVED_CRITERIA = {
  movers: someOf("movers", () => MODEL_VERSION_SNAPSHOT_FILTER, {
    description: "Filters by one of the versions served.",
    indexed: true,
  }),
  bvers: part("bvers", () => BUILD_VERSION_SNAPSHOT_FILTER, {
    description: "Filters by the build version that its containers are made of.",
    indexed: true,
  }),
  notebook: text("notebook", { description: "Filters by the path of the prediction notebook." }),
  params: details("params", "Filters by values in its parameters."),
  details: details("details", "Filters by values in its details."),
};

const availability = choiceFilter("Availability", () => Availability);

export const DEPLOYMENT = recordKind(
  {
    kind: "depl",
    collection: "deployments",
    label: "deployment",
    record: Deployment,
    naturalKey: [["proj", "name"], ["name"]],
    scope: "PROJECT_NAME",
    snapshots: { bvers: "bvers", movers: "movers" },
    task: "OF_REPLICAS",
    log: "OF_REVISIONS",
    owns: [{ kind: "revision", field: "deployment", always: true }],
    end: { replicas: 0, deleting: true },
  },
  {
    filter: {
      proj: reference("project", "proj", { description: "Filters by the name of the project." }),
      name: text("name", { description: "Filters by name.", indexed: true }),
      replicas: int("replicas", { description: "Filters by the number of containers that should run." }),
      revision: int("revision", { description: "Filters by the number of the current revision." }),
      availability: availability("availability", {
        description: "Filters by the share of its replicas that answer.",
        indexed: true,
      }),
      ...SERVED_CRITERIA,
    },
    orders: {
      NAME: { field: "name", description: "Sorts by name.", indexed: true },
      REPLICAS: { field: "replicas", description: "Filters by the number of containers that should run." },
      REVISION: { field: "revision", description: "Filters by the number of the current revision." },
    },
  },
);
