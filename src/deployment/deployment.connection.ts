import { connectionOf } from "../graph/connection.js";
import { Deployment } from "./deployment.js";

export const DeploymentConnection = connectionOf<Deployment>("Deployment", () => Deployment);
