import { recordKind } from "../kinds/record-kind.js";
import { int } from "../lists/filter/value-filters.js";
import { DeploymentRevision } from "./deployment-revision.js";
import { SERVED_CRITERIA } from "./deployment.kind.js";

export const DEPLOYMENT_REVISION = recordKind(
  {
    kind: "revision",
    collection: "deploymentRevisions",
    label: "deployment revision",
    record: DeploymentRevision,
    naturalKey: [["deployment", "proj", "name"], ["deployment", "name"], ["number"]],
    scope: "PROJECT_NAME",
    snapshots: { bvers: "bvers", movers: "movers" },
    log: "OF_JOB",
  },
  {
    filter: { number: int("number", { description: "Filters by number." }), ...SERVED_CRITERIA },
    orders: { NUMBER: { field: "number", description: "Sorts by number." } },
  },
);
