import { GraphQLDateTime } from "graphql-scalars";
import { Field, InputType } from "type-graphql";
import { valueCriterion } from "./value-tests.js";

@InputType({ description: "Conditions on a time. Several conditions must all hold; null is no condition." })
export class DateTimeFilter {
  @Field(() => GraphQLDateTime, { nullable: true, description: "Exactly this moment, to the millisecond." })
  readonly eq?: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: "Later than this." })
  readonly gt?: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: "This moment or later." })
  readonly gte?: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: "Earlier than this." })
  readonly lt?: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: "This moment or earlier." })
  readonly lte?: Date | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "True: records without this time, as with work that has not begun. False: records with it.",
  })
  readonly isNull?: boolean | null;

  @Field(() => DateTimeFilter, { nullable: true, description: "Times for which this does not hold." })
  readonly not?: DateTimeFilter | null;
}

export const dateTime = valueCriterion(() => DateTimeFilter);
