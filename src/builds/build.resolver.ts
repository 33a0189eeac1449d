import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from "type-graphql";
import { deleteRecord } from "../deletion/delete-record.js";
import { Deletion } from "../deletion/deletion.js";
import { Input, intentOf } from "../graph/mutation-input.js";
import { Reads } from "../graph/reads.js";
import { LogArgs, LogPage } from "../jobs/log-page.js";
import { readLog } from "../jobs/read-log.js";
import { Waiting, waitingOf } from "../jobs/waiting.js";
import { answerList } from "../lists/answer-list.js";
import { listedOn } from "../lists/children.resolver.js";
import type { ListArgs } from "../lists/listing.js";
import { Project } from "../project/project.js";
import type { RequestContext } from "../request-context.js";
import { TreasureChest } from "../treasure-chest/treasure-chest.js";
import { BuildArgument } from "./build-version.js";
import { buildProject, cancelBuild } from "./build-project.js";
import { BuildProjectInput, CancelBuildInput, DeleteBuildInput } from "./build.inputs.js";
import { Build } from "./build.js";
import { BUILD } from "./build.kind.js";

@Resolver(() => Build)
export class BuildResolver {
  @Query(() => Build, { nullable: true, description: "The build of that id, or null." })
  build(@Arg("id", () => ID, { description: "The id of the build." }) id: string, @Ctx() { loaders }: RequestContext) {
    return loaders.build.load(id);
  }

  @Query(() => BUILD.Connection, { description: "Builds, the newest first." })
  builds(@Args(() => BUILD.listing.Args) args: ListArgs, @Ctx() context: RequestContext) {
    return answerList(context, BUILD, args);
  }

  @Mutation(() => Build, {
    description:
      "Builds the image of a project. It answers at once; `task` shows the progress, and `bvers` the build version that was made. Builds of one tag follow each other.",
  })
  buildProject(@Input(() => BuildProjectInput) input: BuildProjectInput, @Ctx() { app, caller }: RequestContext) {
    return buildProject(app, intentOf(caller, "buildProject", input), input);
  }

  @Mutation(() => Build, {
    description:
      "Cancels a build. Its task is CANCELLED once nothing of it runs any more; a build that has ended stays as it is.",
  })
  cancelBuild(@Input(() => CancelBuildInput) input: CancelBuildInput, @Ctx() { app, caller }: RequestContext) {
    return cancelBuild(app, intentOf(caller, "cancelBuild", input), input);
  }

  @Mutation(() => Deletion, { description: "Deletes a build with its log. The build version that it made stays." })
  deleteBuild(@Input(() => DeleteBuildInput) input: DeleteBuildInput, @Ctx() { app, caller }: RequestContext) {
    return deleteRecord(app, intentOf(caller, "deleteBuild", input), "build", [input.id], input.cascade);
  }

  @FieldResolver(() => Project, { description: "The project that is built." })
  @Reads(["proj"])
  proj(@Root() { proj }: Build, @Ctx() { loaders }: RequestContext) {
    return loaders.project.load(proj);
  }

  @FieldResolver(() => [BuildArgument], {
    description: "The values that its request gave to arguments of the Dockerfile.",
  })
  @Reads(["build_args"])
  args(@Root() { build_args: args }: Build) {
    return args ?? [];
  }

  @FieldResolver(() => TreasureChest, {
    nullable: true,
    description:
      "The treasure chest with the credentials of the git host, or of the registry that it is pulled from; null once it is deleted, see `usedChest`.",
  })
  @Reads(["chest"])
  chest(@Root() { chest }: Build, @Ctx() { loaders }: RequestContext) {
    return chest ? loaders.treasureChest.load(chest) : null;
  }

  @FieldResolver(() => TreasureChest, {
    nullable: true,
    description:
      "The treasure chest with the credentials of the registry that the image is pushed to; null once it is deleted, see `usedRegistryChest`.",
  })
  @Reads(["registry_chest"])
  registryChest(@Root() { registry_chest: chest }: Build, @Ctx() { loaders }: RequestContext) {
    return chest ? loaders.treasureChest.load(chest) : null;
  }

  @FieldResolver(() => Waiting, {
    nullable: true,
    description: "The place in the queue, and the reason why it waits; null if its task is not WAITING.",
  })
  @Reads(["_id", "task"])
  waiting(@Root() root: Build, @Ctx() { app, loaders }: RequestContext) {
    return waitingOf(root, "BUILD", () => loaders.queueOf(app.settings, "BUILD"));
  }

  @FieldResolver(() => LogPage, { description: "The output of the build, also while it runs." })
  @Reads(["_id"])
  log(@Root() { _id }: Build, @Args(() => LogArgs) args: LogArgs, @Ctx() { app }: RequestContext) {
    return readLog(app.store, _id, args);
  }
}

const buildsOn = listedOn<Build>(BUILD.Connection, BUILD.listing);

/** The lists of builds on other records. */
export const BuildEdges = [
  buildsOn(() => Project, {
    field: "builds",
    description: "The builds of the project, newest first; those under way too.",
    pages: (loaders) => loaders.childPages("project", "build", "proj"),
  }),
  buildsOn(() => TreasureChest, {
    field: "builds",
    description: "The builds that use the chest to fetch what they build.",
    pages: (loaders) => loaders.childPages("tchest", "build", "chest"),
  }),
  buildsOn(() => TreasureChest, {
    field: "pushes",
    description: "The builds that use the chest to push their image.",
    pages: (loaders) => loaders.childPages("tchest", "build", "registry_chest"),
  }),
] as const;
