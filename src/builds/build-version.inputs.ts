import { ArgsType, Field, InputType } from "type-graphql";
import { DeleteGenerationInput } from "../deletion/generation.inputs.js";
import { PageArgs } from "../lists/page.js";

@ArgsType()
export class BuildVersionKey {
  @Field(() => String, { description: "The name of the project." })
  readonly proj!: string;

  @Field(() => String, { description: "The Docker tag." })
  readonly tag!: string;
}

@InputType({ description: "The build version to delete: the current one of a name, or the one of an id." })
export class DeleteBuildVersionInput extends DeleteGenerationInput {
  @Field(() => String, { nullable: true, description: "The name of the project; left out if `id` is given." })
  readonly proj?: string | null;

  @Field(() => String, { nullable: true, description: "The Docker tag; left out if `id` is given." })
  readonly tag?: string | null;
}

@ArgsType()
export class BuildVersionGenerationsArgs extends PageArgs {
  @Field(() => String, { description: "The name of the project." })
  readonly proj!: string;

  @Field(() => String, { description: "The Docker tag." })
  readonly tag!: string;
}
