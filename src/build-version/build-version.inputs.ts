import { ArgsType, Field, InputType } from "type-graphql";
import { NameFilter } from "../graph/filter.js";
import { DeletionInput } from "../graph/mutation-input.js";
import { PageArgs } from "../graph/page.js";

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

@InputType({ description: "Which build versions." })
export class BuildVersionFilter {
  @Field(() => NameFilter, { nullable: true, description: "By the name of the project." })
  readonly proj?: NameFilter | null;

  @Field(() => NameFilter, { nullable: true, description: "By tag." })
  readonly tag?: NameFilter | null;
}

@ArgsType()
export class BuildVersionsArgs extends PageArgs {
  @Field(() => BuildVersionFilter, { nullable: true, description: "Only these." })
  readonly filter?: BuildVersionFilter | null;
}
