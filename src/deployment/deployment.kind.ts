import { recordKind } from "../record-kind.js";
import { Deployment } from "./deployment.js";

export const DEPLOYMENT = recordKind({
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
});
