import { GraphQLDateTime } from "graphql-scalars";
import { ArgsType, Field, Int, ObjectType } from "type-graphql";

@ObjectType({ description: "A piece of a log, cut as it came in." })
export class LogPiece {
  @Field(() => GraphQLDateTime, { description: "The time at which the piece came in." })
  readonly at!: Date;

  @Field(() => Int, { description: "The number of the replica that wrote it, from 0; 0 for builds and trainings." })
  readonly slot!: number;

  @Field(() => Int, { description: "The number of the attempt that wrote it, from 1." })
  readonly attempt!: number;

  @Field(() => String, { description: "Text without control characters but tab and line feed; pieces are no lines." })
  readonly text!: string;
}

@ObjectType({
  description: "A part of a log. Ask again with `after: endCursor` for what follows, also what comes later.",
})
export class LogPage {
  @Field(() => [LogPiece], { description: "The pieces, in the order in which they were written." })
  readonly chunks!: readonly LogPiece[];

  @Field(() => String, { description: "The texts of all pieces, joined." })
  readonly text!: string;

  @Field(() => String, {
    nullable: true,
    description: "The position at which this part ends, for `after`; null if nothing has been written yet.",
  })
  readonly endCursor!: string | null;

  @Field(() => Boolean, { description: "True if more has been written after this part." })
  readonly hasMore!: boolean;

  @Field(() => Boolean, { description: "True if this is the end of the log: the work is over and nothing follows." })
  readonly ended!: boolean;
}

@ArgsType()
export class LogArgs {
  @Field(() => String, { nullable: true, description: "Only what was written after this cursor (`endCursor`)." })
  readonly after?: string | null;

  @Field(() => Int, {
    defaultValue: 20,
    description: "The number of pieces at most, 1 to 100. A piece has 64 KiB at most.",
  })
  readonly first!: number;
}
