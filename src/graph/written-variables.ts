import { AsyncLocalStorage } from "node:async_hooks";
import { Kind, type TypeNode, type ValueNode, type VariableDefinitionNode } from "graphql";
import { isWholeFloat, markWholeFloat } from "./written-numbers.js";

/** The variables of an operation before graphql-js coerces them. */
export interface WrittenVariables {
  readonly definitions: readonly VariableDefinitionNode[];
  readonly values: Readonly<Record<string, unknown>>;
}

/** The written form of a number, or of a list's numbers. */
interface WrittenNumber {
  readonly isFloat: boolean;
  at(index: number): WrittenNumber;
}

const current = new AsyncLocalStorage<WrittenVariables>();
const running = new Set<WrittenVariables>();

/**
 * Executes an operation. Meanwhile a literal with a variable in it (`{ lr: $lr }`) can find the written form of its
 * number.
 */
export async function withWrittenVariables<T>(variables: WrittenVariables, execute: () => Promise<T>): Promise<T> {
  running.add(variables);
  try {
    return await current.run(variables, execute);
  } finally {
    running.delete(variables);
    // Otherwise each promise of the process is tracked from here on: a read of the store would cost a quarter more.
    if (running.size === 0) current.disable();
  }
}

/** Marks the whole numbers of a variable that are floats by type or as written. */
export function markVariable(holder: Record<string | number, unknown>, key: string | number, name: string): void {
  const variables = current.getStore();
  const definition = variables?.definitions.find(({ variable }) => variable.name.value === name);
  if (variables && definition) markFloats(holder, key, writtenAs(definition, variables.values));
}

function markFloats(holder: Record<string | number, unknown>, key: string | number, written: WrittenNumber): void {
  const value = holder[key];
  if (Array.isArray(value)) value.forEach((_, index) => markFloats(value as never, index, written.at(index)));
  else if (Number.isInteger(value) && written.isFloat) markWholeFloat(holder, key);
}

function writtenAs(
  { type, variable, defaultValue }: VariableDefinitionNode,
  values: WrittenVariables["values"],
): WrittenNumber {
  const name = variable.name.value;
  if (nameOf(type) === "Float") return FLOATS;
  if (Object.hasOwn(values, name)) return inJson(values, name);
  return defaultValue ? inLiteral(defaultValue) : NO_FLOATS;
}

const nameOf = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type));

const FLOATS: WrittenNumber = { isFloat: true, at: () => FLOATS };

const NO_FLOATS: WrittenNumber = { isFloat: false, at: () => NO_FLOATS };

// GraphQL takes a single value for a list of one.
const inJson = (holder: object, key: string | number): WrittenNumber => ({
  isFloat: isWholeFloat(holder, key),
  at(index) {
    const list = (holder as Record<string | number, unknown>)[key];
    return Array.isArray(list) ? inJson(list, index) : this;
  },
});

const inLiteral = (node: ValueNode): WrittenNumber => ({
  isFloat: node.kind === Kind.FLOAT,
  at(index) {
    const inside = node.kind === Kind.LIST ? node.values[index] : node;
    return inside ? inLiteral(inside) : NO_FLOATS;
  },
});
