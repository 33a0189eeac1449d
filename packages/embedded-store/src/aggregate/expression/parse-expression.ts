import { arrayValue, objectValue } from "../../bson/make-holder.js";
import { ElementType } from "../../bson/element-type.js";
import { printValue } from "../../bson/print-value.js";
import { NULL_VALUE, elementsOf, fieldsOf, type Value } from "../../bson/value.js";
import { CommandError, notImplemented } from "../../command-error.js";
import { computed, constant, type Evaluate, type Expression } from "./expression.js";
import { checkFieldName, parseText } from "./field-reference.js";
import { OPERATORS, OPERATORS_ELSEWHERE } from "./operators.js";
import { Scope } from "./scope.js";

/** Compiles an expression once, to be evaluated per document on its bytes. @throws CommandError for what is malformed, unknown or, by name, not implemented. */
export const parseExpression = (expression: Value): Evaluate => parse(expression, Scope.outermost(parse)).evaluate;

function parse(expression: Value, scope: Scope): Expression {
  if (expression.type === ElementType.STRING) return parseText(expression, scope);
  if (expression.isArray) return parseArray(expression, scope);
  if (!expression.isObject) return constant(expression);
  const fields = [...fieldsOf(expression)];
  const [first, second] = fields;
  if (!first?.[0].startsWith("$")) return parseObject(fields, scope);
  if (second)
    throw new CommandError(
      "BadValue",
      `An object representing an expression must have exactly one field: ${printValue(expression)}`,
      15983,
    );
  return parseOperator(...first, scope);
}

function parseOperator(name: string, operand: Value, scope: Scope): Expression {
  const operator = OPERATORS.get(name);
  if (operator) return operator(operand, scope, name);
  if (OPERATORS_ELSEWHERE.has(name) || name.startsWith("$_")) throw notImplemented(`the expression ${name}`);
  throw new CommandError("BadValue", `Unrecognized expression '${name}'`, 168);
}

function parseArray(array: Value, scope: Scope): Expression {
  const elements = elementsOf(array).map((element) => scope.parsed(element));
  return computed(elements, (document) => arrayValue(elements.map(({ evaluate }) => evaluate(document) ?? NULL_VALUE)));
}

function parseObject(fields: readonly [string, Value][], scope: Scope): Expression {
  const parts = fields.map(([name, value]) => {
    checkFieldName(name);
    if (name.includes("."))
      throw new CommandError(
        "BadValue",
        "FieldPath field names may not contain '.'. Consider using $getField or $setField.",
        16412,
      );
    return [name, scope.parsed(value)] as const;
  });
  return computed(
    parts.map(([, part]) => part),
    (document) => objectValue(parts.map(([name, { evaluate }]) => [name, evaluate(document)])),
  );
}
