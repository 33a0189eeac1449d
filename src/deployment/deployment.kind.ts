import { choiceFilter } from "../lists/filter/choice-filters.js";
import { int } from "../lists/filter/number-filters.js";
import { reference } from "../lists/filter/reference-filter.js";
import { text } from "../lists/filter/text-filter.js";
import { recordKind } from "../kinds/record-kind.js";
import { Availability, Deployment } from "./deployment.js";
import { SERVED_CRITERIA } from "./served.filter.js";

const availability = choiceFilter("Availability", () => Availability);

export const DEPLOYMENT = recordKind(
  {
    kind: "depl",
    collection: "deployments",
    label: "deployment",
    record: Deployment,
    naturalKey: [["proj", "name"], ["name"]],
    scope: "PROJECT_NAME",
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
