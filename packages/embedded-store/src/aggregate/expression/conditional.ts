import { fieldsOf, type Value } from "../../bson/value.js";
import { CommandError } from "../../command-error.js";
import { NO_DOCUMENT, computed, varying, type Expression } from "./expression.js";
import { isTrue } from "./logic.js";
import { isNothing } from "./nothing.js";
import { exactly, operandsOf, type OperatorParser } from "./operands.js";
import type { Scope } from "./scope.js";

export const parseCond: OperatorParser = (operand, scope, name) => {
  const [condition, then, otherwise] = operand.isObject ? named(operand, scope) : exactly(3, operand, scope, name);
  if (condition.isConstant) return isTrue(condition, NO_DOCUMENT) ? then : otherwise;
  return varying((document) => (isTrue(condition, document) ? then : otherwise).evaluate(document));
};

const PARTS = [
  ["if", 17080],
  ["then", 17081],
  ["else", 17082],
] as const;

function named(operand: Value, scope: Scope): [Expression, Expression, Expression] {
  const given = new Map(fieldsOf(operand));
  for (const name of given.keys())
    if (!PARTS.some(([part]) => part === name))
      throw new CommandError("BadValue", `Unrecognized parameter to $cond: ${name}`, 17083);
  return PARTS.map(([part, code]) => {
    const value = given.get(part);
    if (!value) throw new CommandError("BadValue", `Missing '${part}' parameter to $cond`, code);
    return scope.parsed(value);
  }) as [Expression, Expression, Expression];
}

/** The first operand that is there, or the last. */
export const parseIfNull: OperatorParser = (operand, scope) => {
  const operands = operandsOf(operand, scope);
  if (operands.length < 2)
    throw new CommandError("BadValue", `$ifNull needs at least two arguments, had: ${operands.length}`, 1257300);
  const last = operands.pop()!;
  const first = (document: Value): Value | undefined => {
    for (const each of operands) {
      const value = each.evaluate(document);
      if (!isNothing(value)) return value;
    }
    return last.evaluate(document);
  };
  return computed([...operands, last], first);
};
