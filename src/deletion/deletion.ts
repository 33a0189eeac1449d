import { Field, ID, Int, ObjectType } from "type-graphql";

@ObjectType({ description: "The result of a deletion." })
export class Deletion {
  @Field(() => ID, { description: "The id of the record." })
  readonly id!: string;

  @Field(() => Boolean, {
    description:
      "True if the record is gone. False while something of it still runs: it goes by itself once that is confirmed to have ended.",
  })
  readonly done!: boolean;

  @Field(() => Int, {
    description:
      "The number of other records of the name that are left: superseded ones, which stay reachable by id and keep their files. 0 for types whose records do not supersede each other.",
  })
  readonly remaining!: number;

  @Field(() => [ID], { description: "The ids of what is left of the name, the newest first, 100 at most." })
  readonly remainingIds!: readonly string[];
}
