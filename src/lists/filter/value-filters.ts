import type { GraphQLScalarType } from "graphql";
import { GraphQLDateTime } from "graphql-scalars";
import { type ClassType, Field, Float, ID, InputType, Int } from "type-graphql";
import { type Criterion, fieldAt } from "./criterion.js";
import { testsPredicate, valueCriterion, type ValueTests } from "./value-tests.js";

@InputType({ description: "Conditions on an id. Several conditions must all hold; null is no condition." })
export class IdFilter {
  @Field(() => ID, { nullable: true, description: "Exactly this id." })
  readonly eq?: string | null;

  @Field(() => [ID], { nullable: true, description: "One of these ids, 100 at most." })
  readonly in?: string[] | null;
}

/** Returns a filter by the id of a record, or of a snapshot's record. */
export const id = (description: string): Criterion => ({
  type: () => IdFilter,
  description,
  predicate: (tests: IdFilter, at, context) =>
    testsPredicate(tests, fieldAt(at, "_id"), at.indexed === null ? null : `${at.indexed}_id`, at, context),
});

@InputType({ description: "Conditions on a text. Several conditions must all hold; null is no condition." })
export class TextFilter {
  @Field(() => String, { nullable: true, description: "Exactly this text." })
  readonly eq?: string | null;

  @Field(() => [String], { nullable: true, description: "One of these texts, 100 at most." })
  readonly in?: string[] | null;

  @Field(() => String, {
    nullable: true,
    description: "Texts that hold these 1 to 64 characters somewhere, in upper and lower case as written.",
  })
  readonly contains?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "Texts that begin with these 1 to 64 characters, in upper and lower case as written.",
  })
  readonly startsWith?: string | null;

  @Field(() => Boolean, { nullable: true, description: "True: records without a text. False: records with one." })
  readonly isNull?: boolean | null;

  @Field(() => TextFilter, { nullable: true, description: "Texts for which this does not hold." })
  readonly not?: TextFilter | null;
}

export const text = valueCriterion(() => TextFilter);

function numberFilter(name: string, number: GraphQLScalarType, what: string): ClassType<ValueTests> {
  @InputType(name, { description: `Conditions on ${what}. Several conditions must all hold; null is no condition.` })
  class NumberFilter {
    @Field(() => number, { nullable: true, description: "Exactly this." })
    readonly eq?: number | null;

    @Field(() => [number], { nullable: true, description: "One of these, 100 at most." })
    readonly in?: number[] | null;

    @Field(() => number, { nullable: true, description: "Greater than this." })
    readonly gt?: number | null;

    @Field(() => number, { nullable: true, description: "This or greater." })
    readonly gte?: number | null;

    @Field(() => number, { nullable: true, description: "Less than this." })
    readonly lt?: number | null;

    @Field(() => number, { nullable: true, description: "This or less." })
    readonly lte?: number | null;

    @Field(() => NumberFilter, { nullable: true, description: "Records for which this does not hold." })
    readonly not?: NumberFilter | null;
  }
  return NumberFilter;
}

export const IntFilter = numberFilter("IntFilter", Int, "a whole number");

export const FloatFilter = numberFilter("FloatFilter", Float, "a number");

export const int = valueCriterion(() => IntFilter);

export const float = valueCriterion(() => FloatFilter);

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
