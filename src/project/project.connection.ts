import { connectionOf } from "../graph/connection.js";
import { Project } from "./project.js";

export const ProjectConnection = connectionOf<Project>("Project", () => Project);
