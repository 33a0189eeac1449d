import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getNamedType,
  getNullableType,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  isCompositeType,
  isListType,
  isObjectType,
  isUnionType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from "graphql";
import type { Limits } from "./limits.js";

const DEFAULT_PAGE = 20;
const PLAIN_LIST = 10;

type Field = GraphQLField<unknown, unknown>;

/**
 * The most work that an operation may cause: its fields, each times the sizes of the lists around it.
 *
 * Fragments are counted at every spread, but computed once per page size, or twenty of them that each spread the next
 * twice would take a million steps.
 */
export class Cost {
  private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  private readonly computed = new Map<string, number>();
  private readonly introspection: IntrospectionCost;

  constructor(
    private readonly schema: GraphQLSchema,
    document: DocumentNode,
    private readonly variables: Readonly<Record<string, unknown>>,
    private readonly limits: Pick<Limits, "maxPage" | "maxCost">,
  ) {
    const fragments = document.definitions.filter((each) => each.kind === Kind.FRAGMENT_DEFINITION);
    this.fragments = new Map(fragments.map((each) => [each.name.value, each]));
    this.introspection = new IntrospectionCost(this.fragments, limits);
  }

  of(operation: OperationDefinitionNode): number {
    const root = this.schema.getRootType(operation.operation);
    return root ? this.ofSelections(operation.selectionSet, root, undefined) : 0;
  }

  /** @param page the size of the connection whose own fields these are. */
  private ofSelections(set: SelectionSetNode, type: GraphQLCompositeType, page: number | undefined): number {
    let cost = 0;
    for (const each of set.selections) {
      if (each.kind === Kind.FIELD) cost += this.ofField(each, type, page);
      else if (each.kind === Kind.FRAGMENT_SPREAD) cost += this.ofFragment(each.name.value, page);
      else
        cost += this.ofSelections(each.selectionSet, this.compositeType(each.typeCondition?.name.value) ?? type, page);
    }
    return cost;
  }

  private ofField(node: FieldNode, parent: GraphQLCompositeType, page: number | undefined): number {
    if (node.name.value === "__typename") return 0;
    if (node.name.value.startsWith("__")) return this.introspection.of(node);
    const field = isUnionType(parent) ? undefined : parent.getFields()[node.name.value];
    const type = field && getNamedType(field.type);
    if (!field || !node.selectionSet || !isCompositeType(type)) return 1;
    if (isConnection(field)) return 1 + this.ofSelections(node.selectionSet, type, this.pageOf(node));
    const size = isListType(getNullableType(field.type)) ? (page ?? this.listOf(node)) : 1;
    return 1 + size * this.ofSelections(node.selectionSet, type, undefined);
  }

  private ofFragment(name: string, page: number | undefined): number {
    const key = `${name} ${page}`;
    const known = this.computed.get(key);
    if (known !== undefined) return known;
    const fragment = this.fragments.get(name);
    const type = this.compositeType(fragment?.typeCondition.name.value);
    if (!fragment || !type) return 0;
    this.computed.set(key, 0); // a fragment that reaches itself is refused by GraphQL's own rule
    const cost = this.ofSelections(fragment.selectionSet, type, page);
    this.computed.set(key, cost);
    return cost;
  }

  private compositeType(name: string | undefined): GraphQLCompositeType | undefined {
    const type = name === undefined ? undefined : this.schema.getType(name);
    return isCompositeType(type) ? type : undefined;
  }

  private pageOf({ arguments: given = [] }: FieldNode): number {
    const sizes = given
      .filter(({ name }) => name.value === "first" || name.value === "last")
      .map((each) => this.valueOf(each))
      .filter((value) => typeof value === "number");
    const size = sizes.length > 0 ? Math.max(...sizes) : DEFAULT_PAGE;
    return Math.min(Math.max(size, 1), this.limits.maxPage);
  }

  /** A field that is given a list, as `nodes(ids:)`, answers with as many; of others only a bound is known. */
  private listOf({ arguments: given = [] }: FieldNode): number {
    const lists = given.map((each) => this.valueOf(each)).filter((value) => Array.isArray(value));
    return lists.length > 0 ? Math.max(...lists.map(({ length }) => length)) : PLAIN_LIST;
  }

  private valueOf({ value }: ArgumentNode): unknown {
    if (value.kind === Kind.VARIABLE) return this.variables[value.name.value];
    if (value.kind === Kind.INT) return Number(value.value);
    return value.kind === Kind.LIST ? value.values : undefined;
  }
}

function isConnection({ args, type }: Field): boolean {
  const named = getNullableType(type);
  if (!isObjectType(named) || !args.some(({ name }) => name === "first" || name === "last")) return false;
  const fields = named.getFields();
  return "nodes" in fields || "edges" in fields;
}

const ONE_TYPE = 100;
/** As many of `__type` as there may be fields at the root. */
const MAX_TYPES = 20;

/**
 * The cost of asking for the schema: the same for all that is asked of it once, since the standard query asks for all
 * of it, and that again for each alias by which something is asked twice. Aliases inside of each other multiply.
 */
class IntrospectionCost {
  private readonly computed = new Map<SelectionSetNode, number>();

  constructor(
    private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    private readonly limits: Pick<Limits, "maxCost">,
  ) {}

  of({ name, selectionSet }: FieldNode): number {
    const { maxCost } = this.limits;
    // Nobody needs the whole schema twice in one answer.
    const once = name.value === "__schema" ? Math.floor(maxCost / 2) + 1 : Math.min(ONE_TYPE, maxCost / MAX_TYPES);
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
