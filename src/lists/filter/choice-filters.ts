import { type ClassType, Field, InputType } from "type-graphql";
import { type Criterion, fieldAt } from "./criterion.js";
import { ANYTHING, unserved } from "./demand.js";
import { listAt, literal } from "./expression.js";
import { checkTests, type ValueTests, valueCriterion } from "./value-tests.js";

/** The filter by an enum, and the criterion that uses it. */
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

/** A filter by something that is so or not. What was never said counts as not so. */
export const flag = (field: string, description: string): Criterion => ({
  type: () => Boolean,
  description,
  demand: (wanted: boolean, at, asking) => {
    asking.spend(at.path);
    const isSo = { $eq: [fieldAt(at, field), true] };
    return unserved(wanted ? isSo : { $not: [isSo] });
  },
});

@InputType({ description: "Conditions on a list of texts. Several conditions must all hold; null is no condition." })
export class TextListFilter {
  @Field(() => String, { nullable: true, description: "Lists that hold exactly this text." })
  readonly has?: string | null;
}

/** A filter by a stored list of texts. */
export const texts = (field: string, description: string): Criterion => ({
  type: () => TextListFilter,
  description,
  demand: ({ has }: TextListFilter, at, asking) => {
    if (has == null) return ANYTHING;
    checkTests({ eq: has }, at.path);
    asking.spend(at.path);
    return unserved({ $in: [literal(has), listAt(fieldAt(at, field))] });
  },
});
