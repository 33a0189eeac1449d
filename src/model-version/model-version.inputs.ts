import { ArgsType, Field, InputType } from "type-graphql";
import { DatasetKeyInput } from "../dataset/dataset.inputs.js";
import { DeleteGenerationInput } from "../deletion/generation.inputs.js";
import { KeptFilesInput } from "../files/files.inputs.js";
import { MutationInput } from "../graph/mutation-input.js";
import { JsonObjectScalar, NameScalar } from "../graph/scalars.js";
import { PageArgs } from "../lists/page.js";

@InputType({ description: "The key of a model version." })
export class ModelVersionKeyInput {
  @Field(() => String, { description: "The name of its model." })
  readonly model!: string;

  @Field(() => String, { description: "The name of the version, or an alias of it." })
  readonly name!: string;
}

@InputType({
  description:
    "A new model version. One of a name that is taken replaces the one that has it, once its files are there.",
})
export class PublishModelVersionInput extends KeptFilesInput {
  @Field(() => String, { description: "The name of the model." })
  readonly model!: string;

  @Field(() => NameScalar, { nullable: true, description: "The name; one is made up if it is left out." })
  readonly name?: string | null;

  @Field(() => DatasetKeyInput, { nullable: true, description: "The dataset that it was trained on." })
  readonly ds?: DatasetKeyInput | null;

  @Field(() => ModelVersionKeyInput, { nullable: true, description: "The version that it was trained from." })
  readonly pretrained?: ModelVersionKeyInput | null;
}

@InputType({ description: "Changes of a model version. A field left out stays as it is; null empties it." })
export class UpdateModelVersionInput extends MutationInput {
  @Field(() => String, { description: "The name of its model." })
  readonly model!: string;

  @Field(() => String, { description: "The name of the version, or an alias of it." })
  readonly name!: string;

  @Field(() => JsonObjectScalar, { nullable: true, description: "The new details, whole." })
  readonly details?: Record<string, unknown> | null;

  @Field(() => [NameScalar], {
    nullable: true,
    description:
      "All other names of the version, 20 at most. An alias that another version of the model has is taken from it; the name of another version is refused.",
  })
  readonly aliases?: string[] | null;
}

@InputType({ description: "The model version to delete: the current one of a name, or the one of an id." })
export class DeleteModelVersionInput extends DeleteGenerationInput {
  @Field(() => String, { nullable: true, description: "The name of its model; left out if `id` is given." })
  readonly model?: string | null;

  @Field(() => String, { nullable: true, description: "The name of the version; left out if `id` is given." })
  readonly name?: string | null;
}

@ArgsType()
export class ModelVersionKey {
  @Field(() => String, { description: "The name of its model." })
  readonly model!: string;

  @Field(() => String, { description: "The name of the version, or an alias of it." })
  readonly name!: string;
}

@ArgsType()
export class ModelVersionGenerationsArgs extends PageArgs {
  @Field(() => String, { description: "The name of its model." })
  readonly model!: string;

  @Field(() => String, { description: "The name of the versions." })
  readonly name!: string;
}
