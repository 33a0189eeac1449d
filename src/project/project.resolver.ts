import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from "type-graphql";
import { BuildConnection } from "../build/build.connection.js";
import { BuildVersionConnection } from "../build-version/build-version.connection.js";
import { deleteRecord } from "../deletion/delete-record.js";
import { Deletion } from "../deletion/deletion.js";
import { DeploymentConnection } from "../deployment/deployment.connection.js";
import { answerChildren } from "../graph/answer-children.js";
import { answerList } from "../graph/answer-list.js";
import { Input, intentOf } from "../graph/mutation-input.js";
import { PageArgs } from "../graph/page.js";
import { snapshotResolver } from "../graph/snapshot.resolver.js";
import { whereNames } from "../graph/where-names.js";
import { Model } from "../model/model.js";
import type { RequestContext } from "../request-context.js";
import { keyOf } from "../store/key-of.js";
import { TrainingConnection } from "../training/training.connection.js";
import { createProject } from "./create-project.js";
import { ProjectConnection } from "./project.connection.js";
import { CreateProjectInput, DeleteProjectInput, ProjectsArgs, UpdateProjectInput } from "./project.inputs.js";
import { Project, PROJECT_DEFINITION, ProjectSnapshot } from "./project.js";
import { updateProject } from "./update-project.js";

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
  projects(@Args(() => ProjectsArgs) args: ProjectsArgs, @Ctx() { app }: RequestContext) {
    return answerList(app, app.store.projects, whereNames("name", args.filter?.name, ["filter", "name"]), args);
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

  @FieldResolver(() => BuildConnection, { description: "What was built, or is being built." })
  builds(@Root() { _id }: Project, @Args(() => PageArgs) args: PageArgs, @Ctx() { app, loaders }: RequestContext) {
    return answerChildren(app, loaders.buildsOfProject, _id, args);
  }

  @FieldResolver(() => BuildVersionConnection, { description: "The images that builds of the project made." })
  buildVersions(
    @Root() { _id }: Project,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { app, loaders }: RequestContext,
  ) {
    return answerChildren(app, loaders.buildVersionsOfProject, _id, args);
  }

  @FieldResolver(() => TrainingConnection, { description: "The trainings of the project." })
  trainings(@Root() { _id }: Project, @Args(() => PageArgs) args: PageArgs, @Ctx() { app, loaders }: RequestContext) {
    return answerChildren(app, loaders.trainingsOfProject, _id, args);
  }

  @FieldResolver(() => DeploymentConnection, { description: "The deployments of the project." })
  deployments(@Root() { _id }: Project, @Args(() => PageArgs) args: PageArgs, @Ctx() { app, loaders }: RequestContext) {
    return answerChildren(app, loaders.deploymentsOfProject, _id, args);
  }
}

export const ProjectSnapshotResolver = snapshotResolver(
  () => ProjectSnapshot,
  () => Project,
  PROJECT_DEFINITION,
  (loaders) => loaders.projectByKey,
);
