import { answerList } from "../graph/answer-list.js";
import { whereNames } from "../graph/where-names.js";
import type { RequestContext } from "../request-context.js";
import type { ProjectsArgs } from "./project.inputs.js";

export const listProjects = ({ app }: RequestContext, args: ProjectsArgs) =>
  answerList(app, app.store.projects, whereNames("name", args.filter?.name, ["filter", "name"]), args);
