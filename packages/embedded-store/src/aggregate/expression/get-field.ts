import { ElementType, typeName } from "../../bson/element-type.js";
import { NULL_VALUE, fieldOf, fieldsOf, stringOf, type Value } from "../../bson/value.js";
import { CommandError } from "../../command-error.js";
import { varying, type Expression } from "./expression.js";
import { isNothing } from "./nothing.js";
import type { OperatorParser } from "./operands.js";
import type { Scope } from "./scope.js";

/** One field by its exact name, dots and dollars included, of an object; arrays are not entered. */
export const parseGetField: OperatorParser = (operand, scope) => {
  const { field, input } = argumentsOf(operand);
  const name = Buffer.from(nameIn(field, scope));
  const holder: Expression = input ? scope.parsed(input) : varying((document) => document);
  return varying((document) => {
    const value = holder.evaluate(document);
    if (value?.isObject) return fieldOf(value, name);
    return value && isNothing(value) ? NULL_VALUE : undefined;
  });
};

/** An object that begins with an operator is the name itself. */
function argumentsOf(operand: Value): { field: Value; input?: Value } {
  if (!operand.isObject) return { field: operand };
  const given = new Map<string, Value>();
  for (const [name, value] of fieldsOf(operand)) {
    if (given.size === 0 && name.startsWith("$")) return { field: operand };
    if (name !== "field" && name !== "input")
      throw new CommandError("BadValue", `$getField found an unknown argument: ${name}`, 3041701);
    given.set(name, value);
  }
  const [field, input] = [given.get("field"), given.get("input")];
  if (!field) throw new CommandError("BadValue", "$getField requires 'field' to be specified", 3041702);
  if (!input) throw new CommandError("BadValue", "$getField requires 'input' to be specified", 3041703);
  return { field, input };
}

/** @throws CommandError for what is no constant text. */
function nameIn(field: Value, scope: Scope): string {
  const literal = field.isObject ? [...fieldsOf(field)] : [];
  const isLiteral = literal.length === 1 && literal[0]![0] === "$literal";
  const name = isLiteral ? literal[0]![1] : field;
  if (!isLiteral && field.type === ElementType.STRING && stringOf(field).startsWith("$")) {
    scope.parsed(field);
    throw new CommandError(
      "BadValue",
      `'${stringOf(field)}' is a field path reference which is not allowed in this context. Did you mean {$literal: '${stringOf(field)}'}?`,
      5654600,
    );
  }
  if (!isLiteral && (field.isObject || field.isArray)) {
    scope.parsed(field);
    throw new CommandError(
      "BadValue",
      "$getField requires 'field' to evaluate to a constant, but got a non-constant argument",
      5654601,
    );
  }
  if (name.type !== ElementType.STRING)
    throw new CommandError(
      "BadValue",
      `$getField requires 'field' to evaluate to type String, but got ${typeName(name.type)}`,
      5654602,
    );
  return stringOf(name);
}
