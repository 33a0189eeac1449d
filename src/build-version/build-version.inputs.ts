import { ArgsType, Field, InputType } from "type-graphql";
import { DeletionInput } from "../graph/mutation-input.js";

@ArgsType()
export class BuildVersionKey {
  @Field(() => String, { description: "The name of the project." })
  readonly proj!: string;

  @Field(() => String, { description: "The Docker tag." })
  readonly tag!: string;
}

@InputType({ description: "Which build version is to go, with the earlier ones of its tag." })
export class DeleteBuildVersionInput extends DeletionInput {
  @Field(() => String, { description: "The name of the project." })
  readonly proj!: string;

  @Field(() => String, { description: "The Docker tag." })
  readonly tag!: string;
}
