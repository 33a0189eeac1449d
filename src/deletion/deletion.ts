import { Field, ID, ObjectType } from "type-graphql";

@ObjectType({ description: "What a deletion has come to." })
export class Deletion {
  @Field(() => ID, { description: "The id of the record." })
  readonly id!: string;

  @Field(() => Boolean, {
    description:
      "Whether the record is gone. False while something of it still runs: it goes by itself once that is confirmed to have ended.",
  })
  readonly done!: boolean;
}
