import { ElementType } from "../../bson/element-type.js";
import { Value } from "../../bson/value.js";

/** What an expression gives for a document; undefined stands for a missing field. */
export type Evaluate = (document: Value) => Value | undefined;

/** An expression, compiled once. Variables stand in cells that the closures share, so that one runs on one document at a time. */
export interface Expression {
  readonly evaluate: Evaluate;
  /** True where no document changes the outcome. */
  readonly isConstant: boolean;
}

export const constant = (value: Value | undefined): Expression => ({ evaluate: () => value, isConstant: true });

export const varying = (evaluate: Evaluate): Expression => ({ evaluate, isConstant: false });

/** What a constant is evaluated on. */
export const NO_DOCUMENT = new Value(ElementType.OBJECT, Buffer.from([5, 0, 0, 0, 0]), 0, 5);

/**
 * An operator on these operands. Where all of them are constant it is carried out here: what is wrong with it is
 * then said before any document is read, as MongoDB does.
 */
export const computed = (operands: readonly Expression[], evaluate: Evaluate): Expression =>
  operands.every(({ isConstant }) => isConstant) ? constant(evaluate(NO_DOCUMENT)) : varying(evaluate);
