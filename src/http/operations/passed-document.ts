import {
  BREAK,
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type ValueNode,
  visit,
} from "graphql";
import { Cost } from "../limits/cost.js";
import type { Limits } from "../limits/limits.js";

type Values = Readonly<Record<string, unknown>>;

/** A document that passed all checks which need no variables, with what is known of it. */
export class PassedDocument {
  /** True if a literal has a variable in it, as in `{ lr: $lr }`. */
  readonly nestsVariables: boolean;
  private readonly costs = new Map<OperationDefinitionNode, KnownCost>();

  constructor(
    readonly document: DocumentNode,
    private readonly schema: GraphQLSchema,
    private readonly limits: Limits,
  ) {
    this.nestsVariables = nestsVariables(document);
  }

  /** Returns the cost of an operation. It is computed again only if the variables have other sizes. */
  costOf(operation: OperationDefinitionNode, values: Values): number {
    const sizes = sizesOf(operation, values);
    const known = this.costs.get(operation);
    if (known?.sizes === sizes) return known.cost;
    const cost = new Cost(this.schema, this.document, values, this.limits).of(operation);
    this.costs.set(operation, { sizes, cost });
    return cost;
  }
}

interface KnownCost {
  readonly sizes: string;
  readonly cost: number;
}

/** Returns the parts of the variables that change a cost: numbers, perhaps of a page, and the lengths of lists. */
const sizesOf = ({ variableDefinitions = [] }: OperationDefinitionNode, values: Values): string =>
  variableDefinitions.map(({ variable }) => sizeOf(values[variable.name.value])).join();

function sizeOf(value: unknown): string {
  if (typeof value === "number") return String(value);
  return Array.isArray(value) ? `of ${value.length}` : "";
}

function nestsVariables(document: DocumentNode): boolean {
  let isFound = false;
  const search = ({ kind }: ValueNode) => {
    if (kind !== Kind.VARIABLE) return undefined;
    isFound = true;
    return BREAK;
  };
  visit(document, {
    ObjectField: ({ value }) => search(value),
    ListValue: ({ values }) => values.map(search).find((each) => each === BREAK),
  });
  return isFound;
}
