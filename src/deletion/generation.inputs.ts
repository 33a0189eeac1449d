import { Field, ID, InputType } from "type-graphql";
import { DeletionInput } from "../graph/mutation-input.js";

@InputType({ description: "What every deletion takes of records that supersede each other." })
export abstract class DeleteGenerationInput extends DeletionInput {
  @Field(() => ID, {
    nullable: true,
    description:
      "The id of the one that is to go, in place of its names: it may be superseded, or still wait for its files.",
  })
  readonly id?: string | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      "True to delete the earlier records of the name too. If false, they stay as they are: superseded, reachable by id, and none of them becomes current again.",
  })
  readonly allGenerations!: boolean;
}
