import { type ClassType, Field, InputType } from "type-graphql";
import { DomainError } from "../../errors.js";
import { type Criterion, type FieldScope, type FilterContext, within } from "./criterion.js";
import { conjunction, disjunction, negation, type Predicate } from "./predicate.js";

/** A filter: its input type and the predicate of its values. */
export interface FilterType {
  readonly type: ClassType<object>;
  /** @throws BAD_USER_INPUT, LIMIT_EXCEEDED */
  predicate(filter: object, scope: FieldScope, context: FilterContext): Promise<Predicate>;
}

/** Returns the filter of a type, with `and`, `or` and `not`. */
export function filterOf(name: string, description: string, criteria: Readonly<Record<string, Criterion>>): FilterType {
  class Filter {}
  InputType(`${name}Filter`, { description: `${description} Several conditions must all hold; null is no condition.` })(
    Filter,
  );
  const declare = (field: string, type: () => object, what: string) =>
    Field(type, { nullable: true, description: what })(Filter.prototype, field);
  for (const [field, criterion] of Object.entries(criteria)) declare(field, criterion.type, criterion.description);
  declare("and", () => [Filter], "All of these must hold.");
  declare("or", () => [Filter], "At least one of these must hold.");
  declare("not", () => Filter, "This must not hold.");

  const predicate = async (filter: object, scope: FieldScope, context: FilterContext): Promise<Predicate> => {
    const predicates = Object.entries(filter).map(async ([field, value]: [string, unknown]) => {
      if (value === null || value === undefined) return null;
      const here = within(scope, field);
      if (field === "not") return negation(await predicate(value as object, here, context));
      if (field === "and" || field === "or") {
        const parts = value as object[];
        context.countCondition(here.path);
        if (parts.length === 0)
          throw new DomainError("BAD_USER_INPUT", `\`${field}\` takes at least one condition.`, here.path);
        return (field === "and" ? conjunction : disjunction)(
          await Promise.all(parts.map((part, index) => predicate(part, within(here, index), context))),
        );
      }
      return criteria[field]?.predicate(value, here, context) ?? null;
    });
    return conjunction((await Promise.all(predicates)).filter((each) => each !== null));
  };
  return { type: Filter, predicate };
}
