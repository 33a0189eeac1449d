import { ArgsType, Field, InputType } from "type-graphql";
import { DeleteGenerationInput } from "../deletion/generation.inputs.js";
import { KeptFilesInput } from "../files/files.inputs.js";
import { MutationInput } from "../graph/mutation-input.js";
import { JsonObjectScalar, NameScalar } from "../graph/scalars.js";
import { PageArgs } from "../lists/page.js";

@InputType({
  description: "A new dataset. One of a name that is taken replaces the one that has it, once its files are there.",
})
export class CreateDatasetInput extends KeptFilesInput {
  @Field(() => String, { description: "The name of the model to which it belongs." })
  readonly model!: string;

  @Field(() => NameScalar, { nullable: true, description: "The name; one is made up if it is left out." })
  readonly name?: string | null;

  @Field(() => Boolean, {
    defaultValue: true,
    description: "True if the files are kept by Rocas. If false, there are none, and the dataset cannot be mounted.",
  })
  readonly stored!: boolean;
}

@InputType({ description: "The key of a dataset." })
export class DatasetKeyInput {
  @Field(() => String, { description: "The name of its model." })
  readonly model!: string;

  @Field(() => String, { description: "The name of the dataset." })
  readonly name!: string;
}

@InputType({ description: "Changes of a dataset." })
export class UpdateDatasetInput extends MutationInput {
  @Field(() => String, { description: "The name of its model." })
  readonly model!: string;

  @Field(() => String, { description: "The name of the dataset." })
  readonly name!: string;

  @Field(() => JsonObjectScalar, { nullable: true, description: "The new details, whole; null empties them." })
  readonly details?: Record<string, unknown> | null;
}

@InputType({ description: "The dataset to delete: the current one of a name, or the one of an id." })
export class DeleteDatasetInput extends DeleteGenerationInput {
  @Field(() => String, { nullable: true, description: "The name of its model; left out if `id` is given." })
  readonly model?: string | null;

  @Field(() => String, { nullable: true, description: "The name of the dataset; left out if `id` is given." })
  readonly name?: string | null;
}

@ArgsType()
export class DatasetKey {
  @Field(() => String, { description: "The name of its model." })
  readonly model!: string;

  @Field(() => String, { description: "The name of the dataset." })
  readonly name!: string;
}

@ArgsType()
export class DatasetGenerationsArgs extends PageArgs {
  @Field(() => String, { description: "The name of its model." })
  readonly model!: string;

  @Field(() => String, { description: "The name of the datasets." })
  readonly name!: string;
}
