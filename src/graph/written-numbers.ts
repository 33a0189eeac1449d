import { AsyncLocalStorage } from "node:async_hooks";
import { Kind, type TypeNode, type ValueNode, type VariableDefinitionNode } from "graphql";
import { DomainError } from "../errors.js";
import type { InputPath } from "../lists/filter/criterion.js";

/** The keys or indexes at which an object or list has a whole number that was written as a float: 1.0 or 1e3, not 1. */
const wholeFloats = new WeakMap<object, Set<string>>();

/** Marks a whole number that was written as a float. In JavaScript 1.0 is 1, and a notebook would get an int. */
export function markWholeFloat(holder: object, key: string | number): void {
  const known = wholeFloats.get(holder) ?? new Set();
  wholeFloats.set(holder, known.add(String(key)));
}

export const isWholeFloat = (holder: object, key: string | number): boolean =>
  wholeFloats.get(holder)?.has(String(key)) ?? false;

/** A whole number as JSON and GraphQL write it. */
const WHOLE = /^-?\d+$/;
const MAX_DIGITS = 19;

export const isWholeNumber = (text: string): boolean => WHOLE.test(text);

/** True if a whole number keeps its digits. Beyond 2^53 most change. */
export function isExact(text: string): boolean {
  const plain = text === "-0" ? "0" : text;
  return plain.length <= MAX_DIGITS + Number(plain.startsWith("-")) && String(Number(plain)) === plain;
}

export const INEXACT =
  "A whole number beyond 2^53 (9007199254740992) would change when it is stored: send it as text, in quotes.";

/** Returns the error for a whole number that would change. */
export function inexactNumber(path?: InputPath): DomainError {
  return new DomainError("BAD_USER_INPUT", INEXACT, path);
}

/** The variables of an operation before graphql-js coerces them. */
export interface WrittenVariables {
  readonly definitions: readonly VariableDefinitionNode[];
  readonly given: Readonly<Record<string, unknown>>;
}

/** The written form of a number, or of a list's numbers. */
interface Written {
  readonly isFloat: boolean;
  at(index: number): Written;
}

const current = new AsyncLocalStorage<WrittenVariables>();

/**
 * Executes an operation. Meanwhile a literal with a variable in it (`{ lr: $lr }`) can find the written form of its
 * number.
 */
export const knowingVariables = <T>(variables: WrittenVariables, execute: () => T): T =>
  current.run(variables, execute);

/** Marks the whole numbers of a variable that are floats by type or as written. */
export function markVariable(holder: Record<string | number, unknown>, key: string | number, name: string): void {
  const variables = current.getStore();
  const definition = variables?.definitions.find(({ variable }) => variable.name.value === name);
  if (variables && definition) mark(holder, key, writtenAs(definition, variables.given));
}

function mark(holder: Record<string | number, unknown>, key: string | number, written: Written): void {
  const value = holder[key];
  if (Array.isArray(value)) value.forEach((_, index) => mark(value as never, index, written.at(index)));
  else if (Number.isInteger(value) && written.isFloat) markWholeFloat(holder, key);
}

function writtenAs(
  { type, variable, defaultValue }: VariableDefinitionNode,
  given: WrittenVariables["given"],
): Written {
  const name = variable.name.value;
  if (nameOf(type) === "Float") return FLOATS;
  if (Object.hasOwn(given, name)) return inJson(given, name);
  return defaultValue ? inLiteral(defaultValue) : NO_FLOATS;
}

const nameOf = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type));

const FLOATS: Written = { isFloat: true, at: () => FLOATS };
const NO_FLOATS: Written = { isFloat: false, at: () => NO_FLOATS };

// GraphQL takes a single value for a list of one.
const inJson = (holder: object, key: string | number): Written => ({
  isFloat: isWholeFloat(holder, key),
  at(index) {
    const list = (holder as Record<string | number, unknown>)[key];
    return Array.isArray(list) ? inJson(list, index) : this;
  },
});

const inLiteral = (node: ValueNode): Written => ({
  isFloat: node.kind === Kind.FLOAT,
  at(index) {
    const inside = node.kind === Kind.LIST ? node.values[index] : node;
    return inside ? inLiteral(inside) : NO_FLOATS;
  },
});
