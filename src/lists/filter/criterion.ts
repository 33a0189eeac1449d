import type { MongoExpression, Predicate } from "./predicate.js";

export type InputPath = readonly (string | number)[];

/**
 * The part of a record that a filter is about: the record itself, a snapshot in it, or an element of a list of
 * snapshots.
 */
export interface FieldScope {
  /** The prefix of its fields in an expression. */
  readonly prefix: string;
  /** The prefix of its fields in an index, or null. */
  readonly indexed: string | null;
  /** The number of lists around it. */
  readonly depth: number;
  /** The path of the filter in the request's input. */
  readonly path: InputPath;
}

/** The services that the parsing of a filter needs. */
export interface FilterContext {
  /** Returns the id of the project or model, or null. */
  idOf(kind: "project" | "model", name: string): Promise<string | null>;
  /** The stored paths into JSON objects that the operator has indexed. */
  readonly detailsIndexes: ReadonlySet<string>;
  /** Counts a condition. @throws LIMIT_EXCEEDED if there are too many. */
  countCondition(path: InputPath): void;
}

/** A field of a filter: its input type and its predicate. */
export interface Criterion {
  /** The input type, or a list of it. */
  readonly type: () => object;
  readonly description: string;
  /** @throws BAD_USER_INPUT if the value is out of bounds. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each criterion has an input type of its own
  predicate(value: any, scope: FieldScope, context: FilterContext): Predicate | Promise<Predicate>;
}

export const RECORD_SCOPE: FieldScope = { prefix: "$", indexed: "", depth: 0, path: ["filter"] };

export const fieldAt = ({ prefix }: FieldScope, field: string): MongoExpression => prefix + field;

export const within = (scope: FieldScope, name: string | number): FieldScope => ({
  ...scope,
  path: [...scope.path, name],
});
