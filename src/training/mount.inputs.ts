import { Field, InputType } from "type-graphql";

@InputType({ description: "A dataset or a model version, by the names of its model and its own." })
export class MountInput {
  @Field(() => String, { description: "The name of the model." })
  readonly model!: string;

  @Field(() => String, { description: "The name of the dataset or version." })
  readonly name!: string;
}
