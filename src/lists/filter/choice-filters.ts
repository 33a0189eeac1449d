import { type ClassType, Field, InputType } from "type-graphql";
import { type Criterion, fieldAt } from "./criterion.js";
import { listAt, literal, MATCH_ALL, unindexed } from "./predicate.js";
import { checkTests, valueCriterion, type ValueTests } from "./value-tests.js";

/** Returns a function that makes filters by a stored enum. */
export function choiceFilter(name: string, choices: () => object): ReturnType<typeof valueCriterion> {
  @InputType(`${name}Filter`, {
    description: `Conditions on a value of ${name}. Several conditions must all hold; null is no condition.`,
  })
  class ChoiceFilter {
    @Field(choices, { nullable: true, description: "Exactly this one." })
    readonly eq?: string | null;

    @Field(() => [choices()], { nullable: true, description: "One of these." })
    readonly in?: string[] | null;

    @Field(() => ChoiceFilter, { nullable: true, description: "Records for which this does not hold." })
    readonly not?: ChoiceFilter | null;
  }
  const type: ClassType<ValueTests> = ChoiceFilter;
  return valueCriterion(() => type);
}

/** Returns a filter by a boolean. A missing value counts as false. */
export const flag = (field: string, description: string): Criterion => ({
  type: () => Boolean,
  description,
  predicate: (wanted: boolean, at, context) => {
    context.countCondition(at.path);
    const isSo = { $eq: [fieldAt(at, field), true] };
    return unindexed(wanted ? isSo : { $not: [isSo] });
  },
});

@InputType({ description: "Conditions on a list of texts. Several conditions must all hold; null is no condition." })
export class TextListFilter {
  @Field(() => String, { nullable: true, description: "Lists that hold exactly this text." })
  readonly has?: string | null;
}

/** Returns a filter by a stored list of texts. */
export const texts = (field: string, description: string): Criterion => ({
  type: () => TextListFilter,
  description,
  predicate: ({ has }: TextListFilter, at, context) => {
    if (has == null) return MATCH_ALL;
    checkTests({ eq: has }, at.path);
    context.countCondition(at.path);
    return unindexed({ $in: [literal(has), listAt(fieldAt(at, field))] });
  },
});
