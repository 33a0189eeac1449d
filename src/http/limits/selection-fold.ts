import { type FieldNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from "graphql";

/** A quantity of selections, and its sum. */
export interface Measure<T, C> {
  /** Returns a new sum, of no selection. */
  empty(): T;
  /** Returns the sum with a fragment's. It may change `sum`, but not `fragment`. */
  add(sum: T, fragment: T): T;
  /** Returns the sum with a field. `below` measures the field's own selections. */
  addField(sum: T, field: FieldNode, context: C, below: (set: SelectionSetNode, context: C) => T): T;
  /** Returns the context inside a fragment on a type. Default: the same. */
  onType?(type: string, context: C): C;
  /** Returns the part of the context that changes a fragment's quantity. Default: none. */
  keyOf?(context: C): string;
}

/** The parts of measures that count. */
export const COUNT = { empty: () => 0, add: (sum: number, fragment: number) => sum + fragment };

/**
 * Measures the selections of a document.
 *
 * A fragment counts at each spread but is measured once. Twenty that each spread the next twice would take a million
 * steps.
 */
export class SelectionFold<T, C = void> {
  private readonly fragments = new Map<string, T>();

  constructor(
    private readonly fragmentOf: (name: string) => FragmentDefinitionNode | null | undefined,
    private readonly measure: Measure<T, C>,
  ) {}

  readonly of = (set: SelectionSetNode, context: C): T => this.addAll(this.measure.empty(), set, context);

  private addAll(sum: T, { selections }: SelectionSetNode, context: C): T {
    const { measure } = this;
    for (const each of selections) {
      if (each.kind === Kind.FIELD) sum = measure.addField(sum, each, context, this.of);
      else if (each.kind === Kind.FRAGMENT_SPREAD) sum = measure.add(sum, this.ofFragment(each.name.value, context));
      else sum = this.addAll(sum, each.selectionSet, this.onType(each.typeCondition?.name.value, context));
    }
    return sum;
  }

  private ofFragment(name: string, context: C): T {
    const { measure, fragments } = this;
    const key = measure.keyOf ? `${name} ${measure.keyOf(context)}` : name;
    const known = fragments.get(key);
    if (known !== undefined) return known;
    const fragment = this.fragmentOf(name);
    // A fragment that reaches itself ends here. GraphQL's own rule refuses it.
    fragments.set(key, measure.empty());
    if (!fragment) return measure.empty();
    const result = this.of(fragment.selectionSet, this.onType(fragment.typeCondition.name.value, context));
    fragments.set(key, result);
    return result;
  }

  private onType(type: string | undefined, context: C): C {
    return type === undefined || !this.measure.onType ? context : this.measure.onType(type, context);
  }
}
