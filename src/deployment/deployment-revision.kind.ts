import { recordKind } from "../record-kind.js";
import { DeploymentRevision } from "./deployment-revision.js";

export const DEPLOYMENT_REVISION = recordKind({
  kind: "revision",
  collection: "deploymentRevisions",
  label: "deployment revision",
  record: DeploymentRevision,
  naturalKey: [["deployment", "proj", "name"], ["deployment", "name"], ["number"]],
  scope: "PROJECT_NAME",
  log: "OF_JOB",
});
