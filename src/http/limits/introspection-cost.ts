import type { FieldNode, FragmentDefinitionNode } from "graphql";
import type { Limits } from "./limits.js";
import { type Measure, SelectionFold } from "./selection-fold.js";

const ONE_TYPE = 100;
/** The fields that an operation may have at its root. */
const MAX_TYPES = 20;

/** The occurrences of each field, by its name in the answer. Equal names are merged there. */
type Occurrences = Map<string, Map<string, number>>;

const OCCURRENCES: Measure<Occurrences, void> = {
  empty: () => new Map(),
  add(sum, fragment) {
    for (const [field, names] of fragment) for (const [name, times] of names) raise(sum, field, name, times);
    return sum;
  },
  addField(sum, { name, alias, selectionSet }, _, below) {
    raise(sum, name.value, (alias ?? name).value, selectionSet ? timesIn(below(selectionSet)) : 1);
    return sum;
  },
};

function raise(sum: Occurrences, field: string, name: string, times: number): void {
  const names = sum.get(field) ?? new Map<string, number>();
  sum.set(field, names.set(name, Math.max(names.get(name) ?? 0, times)));
}

/** Returns the occurrences of the most repeated field. */
const timesIn = (occurrences: Occurrences): number =>
  Math.max(1, ...[...occurrences.values()].map((names) => [...names.values()].reduce((sum, each) => sum + each, 0)));

/**
 * Computes the cost of introspection: one amount, and that amount again for each alias that repeats a field. Nested
 * aliases multiply.
 */
export class IntrospectionCost {
  private readonly fold: SelectionFold<Occurrences>;

  constructor(
    fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    private readonly limits: Pick<Limits, "maxCost">,
  ) {
    this.fold = new SelectionFold((name) => fragments.get(name), OCCURRENCES);
  }

  of({ name, selectionSet }: FieldNode): number {
    const { maxCost } = this.limits;
    // The cost allows the whole schema once in an answer.
    const once = name.value === "__schema" ? Math.floor(maxCost / 2) + 1 : Math.min(ONE_TYPE, maxCost / MAX_TYPES);
    return Math.ceil(once * (selectionSet ? timesIn(this.fold.of(selectionSet)) : 1));
  }
}
