/**
 * An aggregation expression that yields a boolean or a value. Expressions compare without MongoDB's walk through lists,
 * reach keys that hold dots, and take what a user gave as a literal only.
 */
export type Expression = string | boolean | { readonly [operator: string]: unknown };

/** A user's value, which no operator reads as anything else. */
export const literal = (value: unknown): Expression => ({ $literal: value });

export const isNothing = (value: Expression): Expression => ({ $lte: [value, literal(null)] });
export const isSomething = (value: Expression): Expression => ({ $gt: [value, literal(null)] });

/** A stored list; an empty one where none is stored. */
export const listAt = (value: Expression): Expression => ({ $ifNull: [value, literal([])] });
