import type { Predicate, MongoExpression } from "./predicate.js";

export type InputPath = readonly (string | number)[];

/** The place of the fields of a filter: in the record, in a snapshot in it, or in one of a list of snapshots. */
export interface FieldScope {
  /** The prefix of a field's name in an expression. */
  readonly prefix: string;
  /** The prefix of it in an index; null if there is none. */
  readonly indexed: string | null;
  /** The number of lists around it. */
  readonly depth: number;
  /** Of the filter in the request's input. */
  readonly path: InputPath;
}

/** The functions of the server that a filter needs while it is read. */
export interface FilterContext {
  /** The id of the project or model of that name; null if there is none. */
  idOf(kind: "project" | "model", name: string): Promise<string | null>;
  /** Stored paths into JSON objects of the type that the operator has indexed. */
  readonly detailsIndexes: ReadonlySet<string>;
  /** Counts a condition. @throws LIMIT_EXCEEDED if there are too many. */
  countCondition(path: InputPath): void;
}

/** One field of a filter: what it may be given, and what that demands. */
export interface Criterion {
  /** The input type, or a list of it. */
  readonly type: () => object;
  readonly description: string;
  /** @throws BAD_USER_INPUT if the value leaves its bounds. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each criterion has an input type of its own
  predicate(value: any, scope: FieldScope, context: FilterContext): Predicate | Promise<Predicate>;
}

export const RECORD_SCOPE: FieldScope = { prefix: "$", indexed: "", depth: 0, path: ["filter"] };

export const fieldAt = ({ prefix }: FieldScope, field: string): MongoExpression => prefix + field;

export const within = (scope: FieldScope, name: string | number): FieldScope => ({
  ...scope,
  path: [...scope.path, name],
});
