import { GraphQLSafeInt } from "graphql-scalars";
import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from "type-graphql";
import { BuildConnection } from "../build/build.connection.js";
import { BuildVersionConnection } from "../build-version/build-version.connection.js";
import { deleteRecord } from "../deletion/delete-record.js";
import { Deletion } from "../deletion/deletion.js";
import { DeploymentConnection } from "../deployment/deployment.connection.js";
import { answerChildren, answerList } from "../lists/answer-list.js";
import { Input, intentOf } from "../graph/mutation-input.js";
import type { ListArgs } from "../lists/listing.js";
import { snapshotResolver } from "../graph/snapshot.resolver.js";
import { Model } from "../model/model.js";
import { ModelVersionConnection } from "../model-version/model-version.connection.js";
import { MODEL_VERSION_LISTING } from "../model-version/model-version.listing.js";
import type { RequestContext } from "../request-context.js";
import { keyOf } from "../store/key-of.js";
import { TrainingConnection } from "../training/training.connection.js";
import { FileUse } from "../usage/file-use.js";
import { createProject } from "./create-project.js";
import { ProjectConnection } from "./project.connection.js";
import { CreateProjectInput, DeleteProjectInput, UpdateProjectInput } from "./project.inputs.js";
import { Project, PROJECT_DEFINITION, ProjectSnapshot } from "./project.js";
import { updateProject } from "./update-project.js";
import { BUILD_LISTING } from "../build/build.listing.js";
import { BUILD_VERSION_LISTING } from "../build-version/build-version.listing.js";
import { DEPLOYMENT_LISTING } from "../deployment/deployment.listing.js";
import { PROJECT_LISTING } from "./project.listing.js";
import { TRAINING_LISTING } from "../training/training.listing.js";

@Resolver(() => Project)
export class ProjectResolver {
  @Query(() => Project, { nullable: true, description: "The project of that name, or null." })
  project(
    @Arg("name", () => String, { description: "The name of the project." }) name: string,
    @Ctx() { loaders }: RequestContext,
  ) {
    return loaders.projectByKey.load(keyOf(name));
  }

  @Query(() => ProjectConnection, { description: "Projects, the newest first." })
  projects(@Args(() => PROJECT_LISTING.Args) args: ListArgs, @Ctx() context: RequestContext) {
    return answerList(context, PROJECT_LISTING, context.app.store.projects, args);
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
  async models(@Root() { model }: Project, @Ctx() { loaders }: RequestContext) {
    return (await Promise.all(model.map((id) => loaders.model.load(id)))).filter((each) => each !== null);
  }

  @FieldResolver(() => FileUse, {
    description:
      "The executed notebooks of the project's trainings, and the files of the model versions that these published (which count with their models too). Images are the engine's, and not in it.",
  })
  fileUse(@Root() { _id }: Project, @Ctx() { loaders }: RequestContext) {
    return loaders.fileUseOfProject.load(_id);
  }

  @FieldResolver(() => GraphQLSafeInt, {
    description: "Bytes of the logs of the project's jobs, as they were written.",
  })
  logBytes(@Root() { _id }: Project, @Ctx() { loaders }: RequestContext) {
    return loaders.logBytesOfProject.load(_id);
  }

  @FieldResolver(() => BuildConnection, {
    description: "The builds of the project, newest first; those under way too.",
  })
  builds(@Root() { _id }: Project, @Args(() => BUILD_LISTING.Args) args: ListArgs, @Ctx() context: RequestContext) {
    return answerChildren(context, BUILD_LISTING, context.loaders.buildsOfProject, _id, args);
  }

  @FieldResolver(() => BuildVersionConnection, { description: "The images that builds of the project made." })
  buildVersions(
    @Root() { _id }: Project,
    @Args(() => BUILD_VERSION_LISTING.Args) args: ListArgs,
    @Ctx() context: RequestContext,
  ) {
    return answerChildren(context, BUILD_VERSION_LISTING, context.loaders.buildVersionsOfProject, _id, args);
  }

  @FieldResolver(() => TrainingConnection, { description: "The trainings of the project." })
  trainings(
    @Root() { _id }: Project,
    @Args(() => TRAINING_LISTING.Args) args: ListArgs,
    @Ctx() context: RequestContext,
  ) {
    return answerChildren(context, TRAINING_LISTING, context.loaders.trainingsOfProject, _id, args);
  }

  @FieldResolver(() => ModelVersionConnection, {
    description: "The model versions that trainings of the project published.",
  })
  movers(
    @Root() { _id }: Project,
    @Args(() => MODEL_VERSION_LISTING.Args) args: ListArgs,
    @Ctx() context: RequestContext,
  ) {
    return answerChildren(context, MODEL_VERSION_LISTING, context.loaders.versionsOfProject, _id, args);
  }

  @FieldResolver(() => DeploymentConnection, { description: "The deployments of the project." })
  deployments(
    @Root() { _id }: Project,
    @Args(() => DEPLOYMENT_LISTING.Args) args: ListArgs,
    @Ctx() context: RequestContext,
  ) {
    return answerChildren(context, DEPLOYMENT_LISTING, context.loaders.deploymentsOfProject, _id, args);
  }
}

export const ProjectSnapshotResolver = snapshotResolver(
  () => ProjectSnapshot,
  () => Project,
  PROJECT_DEFINITION,
  (loaders) => loaders.projectByKey,
);
