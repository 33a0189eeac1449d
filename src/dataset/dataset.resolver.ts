import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from "type-graphql";
import { deleteGeneration } from "../deletion/delete-generation.js";
import { Deletion } from "../deletion/deletion.js";
import { filesResolver, uploadsResolver } from "../files/files.resolver.js";
import { notStored } from "../files/open-file.js";
import { downloadUrl } from "../files/uploads.js";
import { keyOf } from "../graph/id.js";
import { Input, intentOf } from "../graph/mutation-input.js";
import { Reads } from "../graph/reads.js";
import { snapshotResolver } from "../graph/snapshot.resolver.js";
import { updateDetails } from "../kinds/update-record.js";
import { answerGenerations, answerList } from "../lists/answer-list.js";
import { listedOn } from "../lists/children.resolver.js";
import { generationsResolver } from "../lists/generations.resolver.js";
import type { ListArgs } from "../lists/listing.js";
import { Model } from "../model/model.js";
import type { RequestContext } from "../request-context.js";
import { createDataset } from "./create-dataset.js";
import {
  CreateDatasetInput,
  DatasetGenerationsArgs,
  DatasetKey,
  DeleteDatasetInput,
  UpdateDatasetInput,
} from "./dataset.inputs.js";
import { Dataset, DATASET_DEFINITION, DatasetSnapshot } from "./dataset.js";
import { DATASET } from "./dataset.kind.js";

@Resolver(() => Dataset)
export class DatasetResolver {
  @Query(() => Dataset, { nullable: true, description: "The dataset that is current under that name, or null." })
  dataset(@Args(() => DatasetKey) { model, name }: DatasetKey, @Ctx() { loaders }: RequestContext) {
    return loaders.datasetByKey.load(keyOf(model, name));
  }

  @Query(() => DATASET.Connection, { description: "Datasets, the newest first." })
  datasets(@Args(() => DATASET.listing.Args) args: ListArgs, @Ctx() context: RequestContext) {
    return answerList(context, DATASET, args);
  }

  @Query(() => DATASET.Connection, {
    description:
      "All datasets of a name that are there, superseded ones too, the newest first; also if none is current any more.",
  })
  datasetGenerations(
    @Args(() => DatasetGenerationsArgs) { model, name, ...page }: DatasetGenerationsArgs,
    @Ctx() context: RequestContext,
  ) {
    return answerGenerations(context, "Dataset", context.loaders.datasetGenerations.of(keyOf(model, name)), page);
  }

  @Mutation(() => Dataset, {
    description: "Makes a dataset from a manifest of its files. It is READY once they are all there: see `uploads`.",
  })
  createDataset(@Input(() => CreateDatasetInput) input: CreateDatasetInput, @Ctx() { app, caller }: RequestContext) {
    return createDataset(app, intentOf(caller, "createDataset", input), input);
  }

  @Mutation(() => Dataset, { description: "Changes the details of a dataset." })
  updateDataset(@Input(() => UpdateDatasetInput) input: UpdateDatasetInput, @Ctx() { app, caller }: RequestContext) {
    const { model, name, details } = input;
    return updateDetails(app, intentOf(caller, "updateDataset", input), "dataset", [model, name], details);
  }

  @Mutation(() => Deletion, {
    description:
      "Deletes the dataset that is current under the names, or one by its id, with its files. Earlier ones of the name stay (`remaining`), unless `allGenerations` takes them; snapshots stay in any case.",
  })
  deleteDataset(@Input(() => DeleteDatasetInput) input: DeleteDatasetInput, @Ctx() { app, caller }: RequestContext) {
    const { model, name } = input;
    return deleteGeneration(app, intentOf(caller, "deleteDataset", input), "dataset", { model, name }, input);
  }

  @FieldResolver(() => Model, { description: "The model to which the dataset belongs." })
  @Reads(["model"])
  model(@Root() { model }: Dataset, @Ctx() { loaders }: RequestContext) {
    return loaders.model.load(model);
  }

  @FieldResolver(() => String, {
    description:
      "Path on this server from which one file, or the whole dataset as a tar.gz, is fetched by GET within 15 minutes. An error if `stored` is false.",
  })
  @Reads(["_id", "stored"])
  download(
    @Root() { _id, stored }: Dataset,
    @Arg("name", () => String, {
      nullable: true,
      description: "The name of the file; the whole dataset if it is left out.",
    })
    name: string | null,
    @Ctx() { app }: RequestContext,
  ) {
    if (!stored) throw notStored();
    return downloadUrl(app.vault, _id, name ?? null);
  }
}

export const DatasetGenerationsResolver = generationsResolver(
  "Dataset",
  () => Dataset,
  DATASET.Connection,
  (loaders) => loaders.datasetGenerations,
);

export const DatasetSnapshotResolver = snapshotResolver(
  () => DatasetSnapshot,
  () => Dataset,
  "dataset",
  DATASET_DEFINITION,
  (loaders) => loaders.datasetByKey,
);

export const DatasetFileResolvers = [
  filesResolver(() => Dataset),
  filesResolver(() => DatasetSnapshot),
  uploadsResolver(() => Dataset),
] as const;

const datasetsOn = listedOn<Dataset>(DATASET.Connection, DATASET.listing);

/** The lists of datasets on other records. */
export const DatasetEdges = [
  datasetsOn(() => Model, {
    field: "datasets",
    description: "The datasets of the model.",
    pages: (loaders) => loaders.childPages("model", "dataset", "model"),
  }),
] as const;
