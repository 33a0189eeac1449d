import { connectionOf } from "../graph/connection.js";
import { DeploymentRevision } from "./deployment-revision.js";

export const DeploymentRevisionConnection = connectionOf<DeploymentRevision>(
  "DeploymentRevision",
  () => DeploymentRevision,
);
