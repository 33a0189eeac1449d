import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
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
import { DEFAULT_PAGE } from "../../lists/page-size.js";
import { IntrospectionCost } from "./introspection-cost.js";
import type { Limits } from "./limits.js";
import { COUNT, SelectionFold } from "./selection-fold.js";

/** The items that a plain list is taken to have. */
const PLAIN_LIST = 10;

interface Place {
  readonly type: GraphQLCompositeType;
  /** The page size of the connection whose own fields these are. */
  readonly page?: number;
}

type Below = (set: SelectionSetNode, place: Place) => number;

/** Computes the most work of an operation: its fields, each times the sizes of the lists around it. */
export class Cost {
  private readonly fold: SelectionFold<number, Place>;
  private readonly introspection: IntrospectionCost;

  constructor(
    private readonly schema: GraphQLSchema,
    document: DocumentNode,
    private readonly variables: Readonly<Record<string, unknown>>,
    private readonly limits: Pick<Limits, "maxPage" | "maxCost">,
  ) {
    const fragments = document.definitions.filter((each) => each.kind === Kind.FRAGMENT_DEFINITION);
    const byName = new Map(fragments.map((each) => [each.name.value, each]));
    this.introspection = new IntrospectionCost(byName, limits);
    this.fold = new SelectionFold((name) => byName.get(name), {
      ...COUNT,
      addField: (sum, field, place, below) => sum + this.ofField(field, place, below),
      onType: (name, place) => this.on(name, place),
      keyOf: ({ page }) => String(page),
    });
  }

  of(operation: OperationDefinitionNode): number {
    const type = this.schema.getRootType(operation.operation);
    return type ? this.fold.of(operation.selectionSet, { type }) : 0;
  }

  private ofField(node: FieldNode, { type: parent, page }: Place, below: Below): number {
    if (node.name.value === "__typename") return 0;
    if (node.name.value.startsWith("__")) return this.introspection.of(node);
    const field = isUnionType(parent) ? undefined : parent.getFields()[node.name.value];
    const type = field && getNamedType(field.type);
    if (!field || !node.selectionSet || !isCompositeType(type)) return 1;
    if (isConnection(field)) return 1 + below(node.selectionSet, { type, page: this.pageOf(node) });
    const size = isListType(getNullableType(field.type)) ? (page ?? this.listOf(node)) : 1;
    return 1 + size * below(node.selectionSet, { type });
  }

  private on(name: string, place: Place): Place {
    const type = this.schema.getType(name);
    return isCompositeType(type) ? { ...place, type } : place;
  }

  private pageOf({ arguments: args = [] }: FieldNode): number {
    const sizes = args
      .filter(({ name }) => name.value === "first" || name.value === "last")
      .map((each) => this.valueOf(each))
      .filter((value) => typeof value === "number");
    const size = sizes.length > 0 ? Math.max(...sizes) : DEFAULT_PAGE;
    return Math.min(Math.max(size, 1), this.limits.maxPage);
  }

  /**
   * Returns the length of a list argument, as in `nodes(ids:)`: the answer has as many items. Without such an argument
   * it is `PLAIN_LIST`.
   */
  private listOf({ arguments: args = [] }: FieldNode): number {
    const lists = args.map((each) => this.valueOf(each)).filter((value) => Array.isArray(value));
    return lists.length > 0 ? Math.max(...lists.map(({ length }) => length)) : PLAIN_LIST;
  }

  private valueOf({ value }: ArgumentNode): unknown {
    if (value.kind === Kind.VARIABLE) return this.variables[value.name.value];
    if (value.kind === Kind.INT) return Number(value.value);
    return value.kind === Kind.LIST ? value.values : undefined;
  }
}

function isConnection({ args, type }: GraphQLField<unknown, unknown>): boolean {
  const named = getNullableType(type);
  if (!isObjectType(named) || !args.some(({ name }) => name === "first" || name === "last")) return false;
  const fields = named.getFields();
  return "nodes" in fields || "edges" in fields;
}
