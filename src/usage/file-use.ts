import { GraphQLSafeInt } from "graphql-scalars";
import { Field, Int, ObjectType } from "type-graphql";

@ObjectType({
  description:
    "Files of records, as the records refer to them: content that several have counts with each, though it is kept once.",
})
export class FileUse {
  @Field(() => GraphQLSafeInt, { description: "Bytes of the files of all records." })
  readonly bytes!: number;

  @Field(() => GraphQLSafeInt, { description: "Bytes of the files of superseded records, which are in `bytes` too." })
  readonly supersededBytes!: number;

  @Field(() => Int, { description: "How many records have them." })
  readonly records!: number;

  @Field(() => Int, { description: "How many of those are superseded." })
  readonly supersededRecords!: number;
}
