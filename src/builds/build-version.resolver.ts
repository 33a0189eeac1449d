import { Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from "type-graphql";
import { deleteGeneration } from "../deletion/delete-generation.js";
import { Deletion } from "../deletion/deletion.js";
import { keyOf } from "../graph/id.js";
import { Input, intentOf } from "../graph/mutation-input.js";
import { Reads } from "../graph/reads.js";
import { snapshotResolver } from "../graph/snapshot.resolver.js";
import { answerGenerations, answerList } from "../lists/answer-list.js";
import { listedOn } from "../lists/children.resolver.js";
import { generationsResolver } from "../lists/generations.resolver.js";
import type { ListArgs } from "../lists/listing.js";
import { Project } from "../project/project.js";
import type { RequestContext } from "../request-context.js";
import { BuildVersionGenerationsArgs, BuildVersionKey, DeleteBuildVersionInput } from "./build-version.inputs.js";
import { BUILD_VERSION_DEFINITION, BuildArgument, BuildVersion, BuildVersionSnapshot } from "./build-version.js";
import { BUILD_VERSION } from "./build-version.kind.js";
import { Build } from "./build.js";

@Resolver(() => BuildVersion)
export class BuildVersionResolver {
  @Query(() => BuildVersion, {
    nullable: true,
    description: "The build version that is current under that tag, or null.",
  })
  buildVersion(@Args(() => BuildVersionKey) { proj, tag }: BuildVersionKey, @Ctx() { loaders }: RequestContext) {
    return loaders.buildVersionByKey.load(keyOf(proj, tag));
  }

  @Query(() => BUILD_VERSION.Connection, { description: "Build versions, the newest first." })
  buildVersions(@Args(() => BUILD_VERSION.listing.Args) args: ListArgs, @Ctx() context: RequestContext) {
    return answerList(context, BUILD_VERSION, args);
  }

  @Query(() => BUILD_VERSION.Connection, {
    description:
      "All build versions of a name that are there, superseded ones too, the newest first; also if none is current any more.",
  })
  buildVersionGenerations(
    @Args(() => BuildVersionGenerationsArgs) { proj, tag, ...page }: BuildVersionGenerationsArgs,
    @Ctx() context: RequestContext,
  ) {
    return answerGenerations(
      context,
      "BuildVersion",
      context.loaders.buildVersionGenerations.of(keyOf(proj, tag)),
      page,
    );
  }

  @Mutation(() => Deletion, {
    description:
      "Deletes the build version that is current under the tag, or one by its id, with its image, unless something else uses that. Earlier ones of the tag stay (`remaining`), unless `allGenerations` takes them; snapshots stay in any case.",
  })
  deleteBuildVersion(
    @Input(() => DeleteBuildVersionInput) input: DeleteBuildVersionInput,
    @Ctx() { app, caller }: RequestContext,
  ) {
    const intent = intentOf(caller, "deleteBuildVersion", input);
    const { proj, tag } = input;
    return deleteGeneration(app, intent, "bvers", { proj, tag }, input);
  }

  @FieldResolver(() => Project, { description: "The project which was built." })
  @Reads(["proj"])
  proj(@Root() { proj }: BuildVersion, @Ctx() { loaders }: RequestContext) {
    return loaders.project.load(proj);
  }

  @FieldResolver(() => [BuildArgument], {
    description: "The values that its build gave to arguments of the Dockerfile.",
  })
  @Reads(["build_args"])
  args(@Root() { build_args: args }: BuildVersion) {
    return args ?? [];
  }

  @FieldResolver(() => Build, { nullable: true, description: "The build that made it; null once that is deleted." })
  @Reads(["build"])
  build(@Root() { build }: BuildVersion, @Ctx() { loaders }: RequestContext) {
    return build ? loaders.build.load(build) : null;
  }
}

export const BuildVersionGenerationsResolver = generationsResolver(
  "BuildVersion",
  () => BuildVersion,
  BUILD_VERSION.Connection,
  (loaders) => loaders.buildVersionGenerations,
);

export const BuildVersionSnapshotResolver = snapshotResolver(
  () => BuildVersionSnapshot,
  () => BuildVersion,
  "bvers",
  BUILD_VERSION_DEFINITION,
  (loaders) => loaders.buildVersionByKey,
);

const buildVersionsOn = listedOn<BuildVersion>(BUILD_VERSION.Connection, BUILD_VERSION.listing);

/** The lists of build versions on other records. */
export const BuildVersionEdges = [
  buildVersionsOn(() => Project, {
    field: "buildVersions",
    description: "The images that builds of the project made.",
    pages: (loaders) => loaders.childPages("project", "bvers", "proj"),
  }),
] as const;
