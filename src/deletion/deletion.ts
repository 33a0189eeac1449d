import { Field, ID, Int, ObjectType } from "type-graphql";

@ObjectType({ description: "What a deletion has come to." })
export class Deletion {
  @Field(() => ID, { description: "The id of the record." })
  readonly id!: string;

  @Field(() => Boolean, {
    description:
      "Whether the record is gone. False while something of it still runs: it goes by itself once that is confirmed to have ended.",
  })
  readonly done!: boolean;

  @Field(() => Int, {
    description:
      "How many other records of the name are left: superseded ones, which stay reachable by id and keep their files. 0 for types whose records do not supersede each other.",
  })
  readonly remaining!: number;

  @Field(() => [ID], { description: "The ids of what is left of the name, the newest first, 100 at most." })
  readonly remainingIds!: readonly string[];
}
