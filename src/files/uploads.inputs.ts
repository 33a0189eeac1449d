import { Field, ID, InputType } from "type-graphql";
import { MutationInput } from "../graph/mutation-input.js";

@InputType({ description: "The record whose uploads are to be renewed." })
export class RenewUploadsInput extends MutationInput {
  @Field(() => ID, { description: "The id of a dataset or a model version." })
  readonly id!: string;

  @Field(() => String, { nullable: true, description: "Only files whose names come after this one, in their bytes." })
  readonly after?: string | null;
}
