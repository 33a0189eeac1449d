import { GraphQLSafeInt } from "graphql-scalars";
import { Field, Int, ObjectType } from "type-graphql";

@ObjectType({
  description:
    "The files of records, counted for each record: content that several records have is kept once and counts for each.",
})
export class FileUse {
  @Field(() => GraphQLSafeInt, { description: "Bytes of the files of all records." })
  readonly bytes!: number;

  @Field(() => GraphQLSafeInt, { description: "Bytes of the files of superseded records, which are in `bytes` too." })
  readonly supersededBytes!: number;

  @Field(() => Int, { description: "The number of records that have files." })
  readonly records!: number;

  @Field(() => Int, { description: "The number of those records that are superseded." })
  readonly supersededRecords!: number;
}
