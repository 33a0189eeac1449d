import { GraphQLSafeInt } from "graphql-scalars";
import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from "type-graphql";
import { deleteRecord } from "../deletion/delete-record.js";
import { Deletion } from "../deletion/deletion.js";
import { keyOf } from "../graph/id.js";
import { Input, intentOf } from "../graph/mutation-input.js";
import { Reads } from "../graph/reads.js";
import { snapshotResolver } from "../graph/snapshot.resolver.js";
import { answerList } from "../lists/answer-list.js";
import { listedOn } from "../lists/children.resolver.js";
import type { ListArgs } from "../lists/listing.js";
import { Model } from "../model/model.js";
import type { RequestContext } from "../request-context.js";
import { Loading } from "../documents/record-loader.js";
import { FileUse } from "../usage/file-use.js";
import { CreateProjectInput, DeleteProjectInput, UpdateProjectInput } from "./project.inputs.js";
import { Project, PROJECT_DEFINITION, ProjectSnapshot } from "./project.js";
import { PROJECT } from "./project.kind.js";
import { createProject, updateProject } from "./write-project.js";

@Resolver(() => Project)
export class ProjectResolver {
  @Query(() => Project, { nullable: true, description: "The project of that name, or null." })
  project(
    @Arg("name", () => String, { description: "The name of the project." }) name: string,
    @Ctx() { loaders }: RequestContext,
  ) {
    return loaders.projectByKey.load(keyOf(name));
  }

  @Query(() => PROJECT.Connection, { description: "Projects, the newest first." })
  projects(@Args(() => PROJECT.listing.Args) args: ListArgs, @Ctx() context: RequestContext) {
    return answerList(context, PROJECT, args);
  }

  @Mutation(() => Project, { description: "Makes a project." })
  createProject(@Input(() => CreateProjectInput) input: CreateProjectInput, @Ctx() { app, caller }: RequestContext) {
    return createProject(app, intentOf(caller, "createProject", input), input);
  }

  @Mutation(() => Project, { description: "Changes a project. Its name stays." })
  updateProject(@Input(() => UpdateProjectInput) input: UpdateProjectInput, @Ctx() { app, caller }: RequestContext) {
    return updateProject(app, intentOf(caller, "updateProject", input), input);
  }

  @Mutation(() => Deletion, {
    description:
      "Deletes a project. With `cascade`, its builds, build versions, trainings and deployments go with it; else it must own none.",
  })
  deleteProject(@Input(() => DeleteProjectInput) input: DeleteProjectInput, @Ctx() { app, caller }: RequestContext) {
    return deleteRecord(app, intentOf(caller, "deleteProject", input), "project", [input.name], input.cascade);
  }

  @FieldResolver(() => [Model], { description: "The models that the project uses." })
  @Reads(["model"])
  models(@Root() { model }: Project, @Ctx() { loaders }: RequestContext) {
    return Loading.present(model.map((id) => loaders.model.load(id)));
  }

  @FieldResolver(() => FileUse, {
    description:
      "The executed notebooks of the project's trainings, and the files of the model versions that these published (which count with their models too). Images are the engine's, and not in it.",
  })
  @Reads(["_id"])
  fileUse(@Root() { _id }: Project, @Ctx() { loaders }: RequestContext) {
    return loaders.fileUseOfProject.load(_id);
  }

  @FieldResolver(() => GraphQLSafeInt, {
    description: "Bytes of the logs of the project's jobs, as they were written.",
  })
  @Reads(["_id"])
  logBytes(@Root() { _id }: Project, @Ctx() { loaders }: RequestContext) {
    return loaders.logBytesOfProject.load(_id);
  }
}

export const ProjectSnapshotResolver = snapshotResolver(
  () => ProjectSnapshot,
  () => Project,
  "project",
  PROJECT_DEFINITION,
  (loaders) => loaders.projectByKey,
);

const projectsOn = listedOn<Project>(PROJECT.Connection, PROJECT.listing);

/** The lists of projects on other records. */
export const ProjectEdges = [
  projectsOn(() => Model, {
    field: "projects",
    description: "The projects that use the model.",
    pages: (loaders) => loaders.childPages("model", "project", "model"),
  }),
] as const;
