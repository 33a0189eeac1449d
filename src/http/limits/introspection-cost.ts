import { type FieldNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from "graphql";
import type { Limits } from "./limits.js";

const ONE_TYPE = 100;
/** As many of `__type` as there may be fields at the root. */
const MOST_TYPES = 20;

/**
 * The cost of asking for the schema: the same for all that is asked of it once, since the standard query asks for all
 * of it, and that again for each alias by which something is asked twice. Aliases inside of each other multiply.
 */
export class IntrospectionCost {
  private readonly computed = new Map<SelectionSetNode, number>();

  constructor(
    private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    private readonly limits: Pick<Limits, "maxCost">,
  ) {}

  of({ name, selectionSet }: FieldNode): number {
    const { maxCost } = this.limits;
    // Nobody needs the whole schema twice in one answer.
    const once = name.value === "__schema" ? Math.floor(maxCost / 2) + 1 : Math.min(ONE_TYPE, maxCost / MOST_TYPES);
    return Math.ceil(once * this.timesIn(selectionSet));
  }

  /** Returns how often the most repeated field comes, multiplied through the levels. */
  private timesIn(set: SelectionSetNode | undefined): number {
    if (!set) return 1;
    const known = this.computed.get(set);
    if (known !== undefined) return known;
    this.computed.set(set, 1); // a fragment that reaches itself is refused by GraphQL's own rule
    const times = Math.max(1, ...[...this.fieldsIn(set).values()].map((names) => sum([...names.values()])));
    this.computed.set(set, times);
    return times;
  }

  /** By field, and by the names that it has in the answer: what stands twice under one name is merged. */
  private fieldsIn(set: SelectionSetNode): ReadonlyMap<string, ReadonlyMap<string, number>> {
    const fields = new Map<string, Map<string, number>>();
    const spread = new Set<string>();
    const collect = ({ selections }: SelectionSetNode): void => {
      for (const each of selections) {
        if (each.kind === Kind.FIELD) {
          const names = fields.get(each.name.value) ?? new Map<string, number>();
          const name = (each.alias ?? each.name).value;
          const times = Math.max(names.get(name) ?? 0, this.timesIn(each.selectionSet));
          fields.set(each.name.value, names.set(name, times));
        } else if (each.kind === Kind.INLINE_FRAGMENT) collect(each.selectionSet);
        else if (!spread.has(each.name.value)) {
          spread.add(each.name.value);
          const fragment = this.fragments.get(each.name.value);
          if (fragment) collect(fragment.selectionSet);
        }
      }
    };
    collect(set);
    return fields;
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0);
