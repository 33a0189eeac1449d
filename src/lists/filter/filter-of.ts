import { type ClassType, Field, InputType } from "type-graphql";
import { DomainError } from "../../errors.js";
import { type Asking, type Criterion, type Place, within } from "./criterion.js";
import { all, any, type Demand, none } from "./demand.js";

/** A filter: its input type, and what a value of it demands. */
export interface FilterType {
  readonly type: ClassType<object>;
  /** @throws BAD_USER_INPUT, LIMIT_EXCEEDED */
  demand(filter: object, at: Place, asking: Asking): Promise<Demand>;
}

/** The filter of a type, with `and`, `or` and `not` of its own. */
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

  const demand = async (filter: object, at: Place, asking: Asking): Promise<Demand> => {
    const demands = Object.entries(filter).map(async ([field, value]: [string, unknown]) => {
      if (value === null || value === undefined) return null;
      const here = within(at, field);
      if (field === "not") return none(await demand(value as object, here, asking));
      if (field === "and" || field === "or") {
        const parts = value as object[];
        asking.spend(here.path);
        if (parts.length === 0)
          throw new DomainError("BAD_USER_INPUT", `\`${field}\` takes at least one condition.`, here.path);
        return (field === "and" ? all : any)(
          await Promise.all(parts.map((part, index) => demand(part, within(here, index), asking))),
        );
      }
      return criteria[field]?.demand(value, here, asking) ?? null;
    });
    return all((await Promise.all(demands)).filter((each) => each !== null));
  };
  return { type: Filter, demand };
}
