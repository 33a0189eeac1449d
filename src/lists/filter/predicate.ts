/**
 * An aggregation expression that gives a boolean or a value. Unlike a query, it does not look into lists, it reaches
 * keys with dots, and it takes user input as literals only.
 */
export type MongoExpression = string | boolean | { readonly [operator: string]: unknown };

/** Returns a user's value such that MongoDB reads no operator in it. */
export const literal = (value: unknown): MongoExpression => ({ $literal: value });

export const isNothing = (value: MongoExpression): MongoExpression => ({ $lte: [value, literal(null)] });
export const isSomething = (value: MongoExpression): MongoExpression => ({ $gt: [value, literal(null)] });

/** Returns a stored list, or an empty one if none is stored. */
export const listAt = (value: MongoExpression): MongoExpression => ({ $ifNull: [value, literal([])] });

/** A query by the server's own operators, never with a user's object. */
export type Where = Readonly<Record<string, unknown>>;

/** A condition that an index of the type serves. */
export interface IndexCondition {
  readonly where: Where;
  /** True if the index goes on by id: a page reads only what it shows. */
  readonly isIdOrdered: boolean;
}

/** The conditions of a filter on a record. */
export interface Predicate {
  readonly expression: MongoExpression;
  /** Each of them is true of every record that matches. */
  readonly indexConditions: readonly IndexCondition[];
  /** The conditions that no index serves; null if there are none. */
  readonly residual: MongoExpression | null;
}

export const MATCH_ALL: Predicate = { expression: true, indexConditions: [], residual: null };

/** Returns a predicate that no index serves. */
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
  const residuals = predicates.flatMap(({ residual }) => (residual === null ? [] : [residual]));
  return {
    expression: { $and: predicates.map(({ expression }) => expression) },
    indexConditions: predicates.flatMap(({ indexConditions }) => indexConditions),
    residual: residuals.length > 1 ? { $and: residuals } : (residuals[0] ?? null),
  };
}

/** Returns the "or" of predicates, indexed if each of them is. */
export function disjunction(predicates: readonly Predicate[]): Predicate {
  const [only] = predicates;
  if (only && predicates.length === 1) return only;
  const expression = { $or: predicates.map((each) => each.expression) };
  if (predicates.some(({ indexConditions }) => indexConditions.length === 0)) return unindexed(expression);
  const condition = {
    where: { $or: predicates.map(({ indexConditions }) => whereOf(indexConditions)) },
    isIdOrdered: false,
  };
  return {
    expression,
    indexConditions: [condition],
    residual: predicates.every(({ residual }) => residual === null) ? null : expression,
  };
}

export const negation = ({ expression }: Predicate): Predicate => unindexed({ $not: [expression] });

/** Returns all index conditions as one query. */
export function whereOf(indexConditions: readonly IndexCondition[]): Where {
  const [only] = indexConditions;
  if (!only) return {};
  return indexConditions.length === 1 ? only.where : { $and: indexConditions.map(({ where }) => where) };
}
