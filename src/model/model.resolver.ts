import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from "type-graphql";
import { deleteRecord } from "../deletion/delete-record.js";
import { Deletion } from "../deletion/deletion.js";
import { keyOf } from "../graph/id.js";
import { Input, intentOf } from "../graph/mutation-input.js";
import { Reads } from "../graph/reads.js";
import { snapshotResolver } from "../graph/snapshot.resolver.js";
import { answerList } from "../lists/answer-list.js";
import type { ListArgs } from "../lists/listing.js";
import type { RequestContext } from "../request-context.js";
import { FileUse } from "../usage/file-use.js";
import { ContractViolation } from "./contract-violations.js";
import { CreateModelInput, DeleteModelInput, UpdateModelInput } from "./model.inputs.js";
import { Model, MODEL_DEFINITION, ModelSnapshot } from "./model.js";
import { MODEL } from "./model.kind.js";
import { createModel, updateModel } from "./write-model.js";

@Resolver(() => Model)
export class ModelResolver {
  @Query(() => Model, { nullable: true, description: "The model of that name, or null." })
  model(
    @Arg("name", () => String, { description: "The name of the model." }) name: string,
    @Ctx() { loaders }: RequestContext,
  ) {
    return loaders.modelByKey.load(keyOf(name));
  }

  @Query(() => MODEL.Connection, { description: "Models, the newest first." })
  models(@Args(() => MODEL.listing.Args) args: ListArgs, @Ctx() context: RequestContext) {
    return answerList(context, MODEL, args);
  }

  @Mutation(() => Model, { description: "Makes a model definition." })
  createModel(@Input(() => CreateModelInput) input: CreateModelInput, @Ctx() { app, caller }: RequestContext) {
    return createModel(app, intentOf(caller, "createModel", input), input);
  }

  @Mutation(() => Model, {
    description:
      "Changes a model definition. Its name stays. A changed file contract binds what is published from then on; `violations` of the answer says which versions and datasets it would refuse.",
  })
  updateModel(@Input(() => UpdateModelInput) input: UpdateModelInput, @Ctx() { app, caller }: RequestContext) {
    return updateModel(app, intentOf(caller, "updateModel", input), input);
  }

  @Mutation(() => Deletion, {
    description:
      "Deletes a model. With `cascade`, its datasets and versions go with it; else it must own none. A model that a project uses is never deleted.",
  })
  deleteModel(@Input(() => DeleteModelInput) input: DeleteModelInput, @Ctx() { app, caller }: RequestContext) {
    return deleteRecord(app, intentOf(caller, "deleteModel", input), "model", [input.name], input.cascade);
  }

  @FieldResolver(() => [ContractViolation], {
    description:
      "The files that the file contract would refuse if they were published again: those of the current versions, then of the datasets, the newest 50 of each with all that is wrong. A contract binds publishing only; records that exist can still be mounted and deployed.",
  })
  @Reads(["_id", "version", "model_files", "data_files"])
  violations(@Root() model: Model, @Ctx() { loaders }: RequestContext) {
    return loaders.violationsOfModel.load(model);
  }

  @FieldResolver(() => FileUse, {
    description: "The files of the datasets and versions of the model, superseded ones and those still awaited too.",
  })
  @Reads(["_id"])
  fileUse(@Root() { _id }: Model, @Ctx() { loaders }: RequestContext) {
    return loaders.fileUseOfModel.load(_id);
  }
}

export const ModelSnapshotResolver = snapshotResolver(
  () => ModelSnapshot,
  () => Model,
  "model",
  MODEL_DEFINITION,
  (loaders) => loaders.modelByKey,
);
