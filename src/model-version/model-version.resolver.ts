import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from "type-graphql";
import { BuildVersion } from "../builds/build-version.js";
import { Dataset } from "../dataset/dataset.js";
import { deleteGeneration } from "../deletion/delete-generation.js";
import { Deletion } from "../deletion/deletion.js";
import { filesResolver, uploadsResolver } from "../files/files.resolver.js";
import { downloadUrl } from "../files/uploads.js";
import { keyOf } from "../graph/id.js";
import { Input, intentOf } from "../graph/mutation-input.js";
import { Reads } from "../graph/reads.js";
import { snapshotResolver } from "../graph/snapshot.resolver.js";
import { answerGenerations, answerList } from "../lists/answer-list.js";
import { listedOn } from "../lists/children.resolver.js";
import { generationsResolver } from "../lists/generations.resolver.js";
import type { ListArgs } from "../lists/listing.js";
import { Model } from "../model/model.js";
import { Project } from "../project/project.js";
import type { RequestContext } from "../request-context.js";
import {
  DeleteModelVersionInput,
  ModelVersionGenerationsArgs,
  ModelVersionKey,
  PublishModelVersionInput,
  UpdateModelVersionInput,
} from "./model-version.inputs.js";
import { MODEL_VERSION_DEFINITION, ModelVersion, ModelVersionSnapshot } from "./model-version.js";
import { MODEL_VERSION } from "./model-version.kind.js";
import { loadPinned } from "./model-version.loaders.js";
import { publishModelVersion } from "./publish-model-version.js";
import { updateModelVersion } from "./update-model-version.js";

@Resolver(() => ModelVersion)
export class ModelVersionResolver {
  @Query(() => ModelVersion, {
    nullable: true,
    description: "The model version that is current under that name or alias, or null.",
  })
  modelVersion(@Args(() => ModelVersionKey) { model, name }: ModelVersionKey, @Ctx() { loaders }: RequestContext) {
    return loaders.modelVersionByName.load(keyOf(model, name));
  }

  @Query(() => MODEL_VERSION.Connection, { description: "Model versions, the newest first." })
  modelVersions(@Args(() => MODEL_VERSION.listing.Args) args: ListArgs, @Ctx() context: RequestContext) {
    return answerList(context, MODEL_VERSION, args);
  }

  @Query(() => MODEL_VERSION.Connection, {
    description:
      "All model versions of a name that are there, superseded ones too, the newest first; also if none is current any more.",
  })
  modelVersionGenerations(
    @Args(() => ModelVersionGenerationsArgs) { model, name, ...page }: ModelVersionGenerationsArgs,
    @Ctx() context: RequestContext,
  ) {
    return answerGenerations(
      context,
      "ModelVersion",
      context.loaders.modelVersionGenerations.of(keyOf(model, name)),
      page,
    );
  }

  @Mutation(() => ModelVersion, {
    description:
      "Publishes a model version from a manifest of its files. It is READY once they are all there: see `uploads`. Trainings publish by themselves.",
  })
  publishModelVersion(
    @Input(() => PublishModelVersionInput) input: PublishModelVersionInput,
    @Ctx() { app, caller }: RequestContext,
  ) {
    return publishModelVersion(app, intentOf(caller, "publishModelVersion", input), input);
  }

  @Mutation(() => ModelVersion, { description: "Changes the details or the aliases of a model version." })
  updateModelVersion(
    @Input(() => UpdateModelVersionInput) input: UpdateModelVersionInput,
    @Ctx() { app, caller }: RequestContext,
  ) {
    return updateModelVersion(app, intentOf(caller, "updateModelVersion", input), input);
  }

  @Mutation(() => Deletion, {
    description:
      "Deletes the model version that is current under the names, or one by its id, with its files. Earlier ones of the name stay (`remaining`), unless `allGenerations` takes them. One that a deployment serves is never deleted; snapshots stay in any case.",
  })
  deleteModelVersion(
    @Input(() => DeleteModelVersionInput) input: DeleteModelVersionInput,
    @Ctx() { app, caller }: RequestContext,
  ) {
    const { model, name } = input;
    return deleteGeneration(app, intentOf(caller, "deleteModelVersion", input), "movers", { model, name }, input);
  }

  @FieldResolver(() => Model, { description: "The model definition that shapes the version." })
  @Reads(["model"])
  model(@Root() { model }: ModelVersion, @Ctx() { loaders }: RequestContext) {
    return loaders.model.load(model);
  }

  @FieldResolver(() => String, {
    description:
      "Path on this server from which one file, or the whole version as a tar.gz, is fetched by GET within 15 minutes.",
  })
  @Reads(["_id"])
  download(
    @Root() { _id }: ModelVersion,
    @Arg("name", () => String, {
      nullable: true,
      description: "The name of the file; the whole version if it is left out.",
    })
    name: string | null,
    @Ctx() { app }: RequestContext,
  ) {
    return downloadUrl(app.vault, _id, name ?? null);
  }
}

export const ModelVersionGenerationsResolver = generationsResolver(
  "ModelVersion",
  () => ModelVersion,
  MODEL_VERSION.Connection,
  (loaders) => loaders.modelVersionGenerations,
);

const SnapshotResolver = snapshotResolver(
  () => ModelVersionSnapshot,
  () => ModelVersion,
  "movers",
  MODEL_VERSION_DEFINITION,
  (loaders) => loaders.modelVersionByKey,
);

@Resolver(() => ModelVersionSnapshot)
export class ModelVersionSnapshotResolver extends SnapshotResolver {
  @FieldResolver(() => ModelVersionSnapshot, {
    nullable: true,
    description: "The version that this one was trained from, as it was when it was mounted.",
  })
  @Reads(["pretrained"])
  pretrained(@Root() { pretrained }: ModelVersionSnapshot, @Ctx() { loaders }: RequestContext) {
    return pretrained ? loadPinned(loaders, pretrained) : null;
  }
}

export const ModelVersionFileResolvers = [
  filesResolver(() => ModelVersion),
  filesResolver(() => ModelVersionSnapshot),
  uploadsResolver(() => ModelVersion),
] as const;

const versionsOn = listedOn<ModelVersion>(MODEL_VERSION.Connection, MODEL_VERSION.listing);

/** The lists of versions on other records. */
export const ModelVersionEdges = [
  versionsOn(() => Model, {
    field: "versions",
    description: "The versions of the model.",
    pages: (loaders) => loaders.childPages("model", "movers", "model"),
  }),
  versionsOn(() => Project, {
    field: "movers",
    description: "The model versions that trainings of the project published.",
    pages: (loaders) => loaders.childPages("project", "movers", "train.proj._id"),
  }),
  versionsOn(() => BuildVersion, {
    field: "movers",
    description: "The model versions that trainings in it published.",
    pages: (loaders) => loaders.childPages("bvers", "movers", "train.bvers._id"),
  }),
  versionsOn(() => Dataset, {
    field: "versions",
    description: "The versions that were trained on the dataset.",
    pages: (loaders) => loaders.childPages("dataset", "movers", "ds._id"),
  }),
  versionsOn(() => ModelVersion, {
    field: "successors",
    description: "The versions that were trained from this one.",
    pages: (loaders) => loaders.childPages("movers", "movers", "pretrained._id"),
  }),
] as const;
