import type { Expression } from "./expression.js";

/** A condition on stored fields by our own operators: never a user's object. */
export type Where = Readonly<Record<string, unknown>>;

/** A condition that an index of the type serves. */
export interface Bound {
  readonly where: Where;
  /** True if that index goes on by id, so that a page reads no more than it shows. */
  readonly streams: boolean;
}

/** The conditions of a filter on a record. */
export interface Demand {
  readonly expression: Expression;
  /** Each holds for every record that meets the demand. */
  readonly bounds: readonly Bound[];
  /** The conditions that are not in the bounds; null if all are. */
  readonly rest: Expression | null;
}

export const ANYTHING: Demand = { expression: true, bounds: [], rest: null };

/** A demand that no index helps with. */
export const unserved = (expression: Expression): Demand => ({ expression, bounds: [], rest: expression });

export const served = (expression: Expression, bound: Bound): Demand => ({ expression, bounds: [bound], rest: null });

export function all(demands: readonly Demand[]): Demand {
  const [only] = demands;
  if (!only) return ANYTHING;
  if (demands.length === 1) return only;
  const rests = demands.flatMap(({ rest }) => (rest === null ? [] : [rest]));
  return {
    expression: { $and: demands.map(({ expression }) => expression) },
    bounds: demands.flatMap(({ bounds }) => bounds),
    rest: rests.length > 1 ? { $and: rests } : (rests[0] ?? null),
  };
}

/** Served by indexes where each of the demands is. */
export function any(demands: readonly Demand[]): Demand {
  const [only] = demands;
  if (only && demands.length === 1) return only;
  const expression = { $or: demands.map((each) => each.expression) };
  if (demands.some(({ bounds }) => bounds.length === 0)) return unserved(expression);
  const bound = { where: { $or: demands.map(({ bounds }) => whereOf(bounds)) }, streams: false };
  return { expression, bounds: [bound], rest: demands.every(({ rest }) => rest === null) ? null : expression };
}

export const none = ({ expression }: Demand): Demand => unserved({ $not: [expression] });

/** All bounds in one condition. */
export function whereOf(bounds: readonly Bound[]): Where {
  const [only] = bounds;
  if (!only) return {};
  return bounds.length === 1 ? only.where : { $and: bounds.map(({ where }) => where) };
}
