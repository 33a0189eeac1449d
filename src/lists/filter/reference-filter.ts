import { Field, InputType } from "type-graphql";
import { type Asking, type Criterion, fieldAt, type Place } from "./criterion.js";
import { ANYTHING, type Demand, served, unserved } from "./demand.js";
import { listAt, literal } from "./expression.js";
import { checkTests } from "./value-tests.js";

@InputType({
  description: "Conditions on the name of a record. Several conditions must all hold; null is no condition.",
})
export class ReferenceFilter {
  @Field(() => String, { nullable: true, description: "Exactly the one of this name." })
  readonly eq?: string | null;

  @Field(() => [String], { nullable: true, description: "One of those of these names, 100 at most." })
  readonly in?: string[] | null;
}

async function idsOf(kind: "project" | "model", filter: ReferenceFilter, at: Place, asking: Asking): Promise<string[]> {
  checkTests(filter, at.path);
  const names = (filter.in ?? [filter.eq ?? ""]).filter((name) => filter.eq == null || name === filter.eq);
  const ids = await Promise.all(names.map((name) => asking.idOf(kind, name)));
  return ids.filter((each) => each !== null);
}

/** A filter by a reference, which holds ids, given the names of what it leads to. A name that is not there leads nowhere. */
export const reference = (
  kind: "project" | "model",
  field: string,
  { description, isList = false }: { readonly description: string; readonly isList?: boolean },
): Criterion => ({
  type: () => ReferenceFilter,
  description,
  demand: async (filter: ReferenceFilter, at, asking): Promise<Demand> => {
    if (filter.eq == null && filter.in == null) return ANYTHING;
    asking.spend(at.path);
    const ids = await idsOf(kind, filter, at, asking);
    const value = fieldAt(at, field);
    const expression = isList
      ? { $or: ids.map((each) => ({ $in: [literal(each), listAt(value)] })) }
      : { $in: [value, literal(ids)] };
    if (at.indexed !== "") return unserved(expression);
    const [only] = ids;
    const isOne = only !== undefined && ids.length === 1;
    return served(expression, { where: { [field]: isOne ? only : { $in: ids } }, streams: isOne });
  },
});
