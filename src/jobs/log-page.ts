import { GraphQLDateTime } from "graphql-scalars";
import { ArgsType, Field, Int, ObjectType } from "type-graphql";

@ObjectType({ description: "A piece of a log, as it came." })
export class LogPiece {
  @Field(() => GraphQLDateTime, { description: "When it came." })
  readonly at!: Date;

  @Field(() => Int, { description: "Which replica wrote it; 0 for builds and trainings." })
  readonly slot!: number;

  @Field(() => Int, { description: "Which attempt wrote it, from 1." })
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

  @Field(() => String, { description: "The pieces in one." })
  readonly text!: string;

  @Field(() => String, {
    nullable: true,
    description: "Where this part ends; null where nothing has been written yet.",
  })
  readonly endCursor!: string | null;

  @Field(() => Boolean, { description: "Whether there is more already." })
  readonly hasMore!: boolean;

  @Field(() => Boolean, { description: "Whether this is the end of it: the work is over and nothing follows." })
  readonly ended!: boolean;
}

@ArgsType()
export class LogArgs {
  @Field(() => String, { nullable: true, description: "Only what was written after this cursor (`endCursor`)." })
  readonly after?: string | null;

  @Field(() => Int, { defaultValue: 20, description: "How many pieces of at most 64 KiB, 100 at most." })
  readonly first!: number;
}
