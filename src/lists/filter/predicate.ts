/**
 * An aggregation expression that yields a boolean or a value. Expressions compare without MongoDB's walk through lists,
 * reach keys that hold dots, and take what a user gave as a literal only.
 */
export type MongoExpression = string | boolean | { readonly [operator: string]: unknown };

/** A user's value, which no operator reads as anything else. */
export const literal = (value: unknown): MongoExpression => ({ $literal: value });

export const isNothing = (value: MongoExpression): MongoExpression => ({ $lte: [value, literal(null)] });
export const isSomething = (value: MongoExpression): MongoExpression => ({ $gt: [value, literal(null)] });

/** A stored list; an empty one where none is stored. */
export const listAt = (value: MongoExpression): MongoExpression => ({ $ifNull: [value, literal([])] });

/** A condition on stored fields by our own operators: never a user's object. */
export type Where = Readonly<Record<string, unknown>>;

/** A condition that an index of the type serves. */
export interface IndexCondition {
  readonly where: Where;
  /** True if that index goes on by id, so that a page reads no more than it shows. */
  readonly isIdOrdered: boolean;
}

/** The conditions of a filter on a record. */
export interface Predicate {
  readonly expression: MongoExpression;
  /** Each holds for every record that meets the demand. */
  readonly indexConditions: readonly IndexCondition[];
  /** The conditions that are not in the bounds; null if all are. */
  readonly residual: MongoExpression | null;
}

export const MATCH_ALL: Predicate = { expression: true, indexConditions: [], residual: null };

/** A demand that no index helps with. */
export const unindexed = (expression: MongoExpression): Predicate => ({
  expression,
  indexConditions: [],
  residual: expression,
});

export const indexedBy = (expression: MongoExpression, condition: IndexCondition): Predicate => ({
  expression,
  indexConditions: [condition],
  residual: null,
});

export function conjunction(predicates: readonly Predicate[]): Predicate {
  const [only] = predicates;
  if (!only) return MATCH_ALL;
  if (predicates.length === 1) return only;
  const residuals = predicates.flatMap(({ residual: residual }) => (residual === null ? [] : [residual]));
  return {
    expression: { $and: predicates.map(({ expression }) => expression) },
    indexConditions: predicates.flatMap(({ indexConditions: indexConditions }) => indexConditions),
    residual: residuals.length > 1 ? { $and: residuals } : (residuals[0] ?? null),
  };
}

/** Served by indexes where each of the demands is. */
export function disjunction(predicates: readonly Predicate[]): Predicate {
  const [only] = predicates;
  if (only && predicates.length === 1) return only;
  const expression = { $or: predicates.map((each) => each.expression) };
  if (predicates.some(({ indexConditions: indexConditions }) => indexConditions.length === 0))
    return unindexed(expression);
  const condition = {
    where: { $or: predicates.map(({ indexConditions: indexConditions }) => whereOf(indexConditions)) },
    isIdOrdered: false,
  };
  return {
    expression,
    indexConditions: [condition],
    residual: predicates.every(({ residual: residual }) => residual === null) ? null : expression,
  };
}

export const negation = ({ expression }: Predicate): Predicate => unindexed({ $not: [expression] });

/** All bounds in one condition. */
export function whereOf(indexConditions: readonly IndexCondition[]): Where {
  const [only] = indexConditions;
  if (!only) return {};
  return indexConditions.length === 1 ? only.where : { $and: indexConditions.map(({ where }) => where) };
}
