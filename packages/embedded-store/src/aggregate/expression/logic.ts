import { boolValue } from "../../bson/make-value.js";
import { isTruthy } from "../../bson/truthy.js";
import type { Value } from "../../bson/value.js";
import { NO_DOCUMENT, computed, constant, varying, type Expression } from "./expression.js";
import { exactly, operandsOf, type OperatorParser } from "./operands.js";

export const isTrue = ({ evaluate }: Expression, document: Value): boolean => {
  const value = evaluate(document);
  return value !== undefined && isTruthy(value);
};

/**
 * `$and` and `$or`: the first operand that decides ends it.
 * A constant that decides stands for the whole, whatever would be wrong with the other operands of a document.
 */
export const joining =
  (deciding: boolean): OperatorParser =>
  (operand, scope) => {
    const operands = operandsOf(operand, scope);
    const [constants, open] = [operands.filter(isConstant), operands.filter((each) => !isConstant(each))];
    const isDecided = constants.some((each) => isTrue(each, NO_DOCUMENT) === deciding);
    if (isDecided || open.length === 0) return constant(boolValue(isDecided === deciding));
    return varying((document) => boolValue(open.some((each) => isTrue(each, document) === deciding) === deciding));
  };

const isConstant = (expression: Expression): boolean => expression.isConstant;

export const parseNot: OperatorParser = (operand, scope, name) => {
  const [inner] = exactly(1, operand, scope, name);
  return computed([inner], (document) => boolValue(!isTrue(inner, document)));
};
