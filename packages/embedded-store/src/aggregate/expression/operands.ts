import { elementsOf, type Value } from "../../bson/value.js";
import { CommandError } from "../../command-error.js";
import type { Expression } from "./expression.js";
import type { Scope } from "./scope.js";

/** Parses what stands beside an operator's name. @throws CommandError */
export type OperatorParser = (operand: Value, scope: Scope, name: string) => Expression;

/** The operands in a list; what is no list is the only one. */
export const operandsOf = (operand: Value, scope: Scope): Expression[] =>
  (operand.isArray ? elementsOf(operand) : [operand]).map((each) => scope.parsed(each));

/** @throws CommandError where there are more or fewer. */
export function exactly<Count extends number>(count: Count, operand: Value, scope: Scope, name: string): Tuple<Count> {
  const operands = operandsOf(operand, scope);
  if (operands.length !== count)
    throw new CommandError(
      "BadValue",
      `Expression ${name} takes exactly ${count} arguments. ${operands.length} were passed in.`,
      16020,
    );
  return operands as Tuple<Count>;
}

type Tuple<Count extends number> = Count extends 1
  ? [Expression]
  : Count extends 2
    ? [Expression, Expression]
    : [Expression, Expression, Expression];
