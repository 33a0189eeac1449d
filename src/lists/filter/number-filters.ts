import { type ClassType, Field, Float, InputType, Int } from "type-graphql";
import type { GraphQLScalarType } from "graphql";
import { type ValueTests, valueCriterion } from "./value-tests.js";

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
