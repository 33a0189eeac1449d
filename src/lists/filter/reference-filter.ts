import { Field, InputType } from "type-graphql";
import { type Criterion, fieldAt, type FieldScope, type FilterContext } from "./criterion.js";
import { indexedBy, listAt, literal, MATCH_ALL, type Predicate, unindexed } from "./predicate.js";
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

async function idsOf(
  kind: "project" | "model",
  filter: ReferenceFilter,
  at: FieldScope,
  context: FilterContext,
): Promise<string[]> {
  checkTests(filter, at.path);
  const names = (filter.in ?? [filter.eq ?? ""]).filter((name) => filter.eq == null || name === filter.eq);
  const ids = await Promise.all(names.map((name) => context.idOf(kind, name)));
  return ids.filter((each) => each !== null);
}

/**
 * Returns a filter by a reference, which holds ids, through the names of its targets. An unknown name matches nothing.
 */
export const reference = (
  kind: "project" | "model",
  field: string,
  { description, isList = false }: { readonly description: string; readonly isList?: boolean },
): Criterion => ({
  type: () => ReferenceFilter,
  description,
  predicate: async (filter: ReferenceFilter, at, context): Promise<Predicate> => {
    if (filter.eq == null && filter.in == null) return MATCH_ALL;
    context.countCondition(at.path);
    const ids = await idsOf(kind, filter, at, context);
    const value = fieldAt(at, field);
    const expression = isList
      ? { $or: ids.map((each) => ({ $in: [literal(each), listAt(value)] })) }
      : { $in: [value, literal(ids)] };
    if (at.indexed !== "") return unindexed(expression);
    const [only] = ids;
    const isOne = only !== undefined && ids.length === 1;
    return indexedBy(expression, { where: { [field]: isOne ? only : { $in: ids } }, isIdOrdered: isOne });
  },
});
