import { Field, Float, InputType } from "type-graphql";
import { DeletionInput, MutationInput } from "../graph/mutation-input.js";
import { RetentionPolicyInput } from "../graph/retention-policy.js";
import { FileNameScalar, NameScalar, ShortTextScalar } from "../graph/scalars.js";

@InputType({ description: "One file of a model's contract." })
export class FileDocInput {
  @Field(() => FileNameScalar, { description: "The name of the file, its folders included." })
  readonly name!: string;

  @Field(() => ShortTextScalar, { nullable: true, description: "Free text." })
  readonly desc?: string | null;

  @Field(() => Boolean, { defaultValue: false, description: "True if the file must be there." })
  readonly required!: boolean;

  @Field(() => Float, {
    nullable: true,
    description: "The largest size of the file, in MB (1,000,000 bytes); above 0.",
  })
  readonly maxMb?: number | null;
}

@InputType({ description: "The fields of a model that can be set at any time." })
abstract class ModelFields extends MutationInput {
  @Field(() => ShortTextScalar, { nullable: true, description: "Free text." })
  readonly desc?: string | null;

  @Field(() => [FileDocInput], {
    nullable: true,
    description: "The files that a version of the model consists of, 100 at most.",
  })
  readonly modelFiles?: FileDocInput[] | null;

  @Field(() => [FileDocInput], {
    nullable: true,
    description: "The files that a dataset for the model consists of, 100 at most.",
  })
  readonly dataFiles?: FileDocInput[] | null;

  @Field(() => RetentionPolicyInput, {
    nullable: true,
    description:
      "The rules that decide which superseded datasets and versions of the model are kept; null: all are kept.",
  })
  readonly retention?: RetentionPolicyInput | null;
}

@InputType({ description: "A new model." })
export class CreateModelInput extends ModelFields {
  @Field(() => NameScalar, { nullable: true, description: "The name; one is made up if it is left out." })
  readonly name?: string | null;
}

@InputType({ description: "Changes of a model. A field left out stays as it is; null empties it." })
export class UpdateModelInput extends ModelFields {
  @Field(() => String, { description: "The name of the model." })
  readonly name!: string;
}

@InputType({ description: "The model to delete." })
export class DeleteModelInput extends DeletionInput {
  @Field(() => String, { description: "The name of the model." })
  readonly name!: string;
}
