import type { Value } from "../bson/value.js";
import type { FieldPath } from "./field-path.js";

export interface RangeTest {
  readonly op: "gt" | "gte" | "lt" | "lte";
  readonly value: Value;
}

/** One demand on the value at a path. */
export type Test =
  | { readonly op: "eq"; readonly value: Value }
  | RangeTest
  | { readonly op: "in"; readonly values: readonly Value[]; readonly patterns: readonly RegExp[] }
  | { readonly op: "exists" }
  | { readonly op: "type"; readonly types: ReadonlySet<number> }
  | { readonly op: "size"; readonly size: number }
  | { readonly op: "regex"; readonly pattern: RegExp; readonly written: Value }
  | { readonly op: "elemMatch"; readonly condition: Condition }
  | { readonly op: "elemMatchValue"; readonly tests: readonly Test[] }
  | { readonly op: "not"; readonly tests: readonly Test[] }
  | { readonly op: "nothing" };

/** A filter as the planner and the matcher read it. */
export type Condition =
  | { readonly kind: "and" | "or" | "nor"; readonly parts: readonly Condition[] }
  | { readonly kind: "field"; readonly path: FieldPath; readonly test: Test }
  /** An expression that must be true of the document: no index knows anything of it. */
  | { readonly kind: "expression"; readonly evaluate: (document: Value) => Value | undefined };

export const EVERYTHING: Condition = { kind: "and", parts: [] };

/** The conditions that must all hold, with nested `$and`s laid flat. */
export function conjuncts(condition: Condition): Condition[] {
  return condition.kind === "and" ? condition.parts.flatMap(conjuncts) : [condition];
}
