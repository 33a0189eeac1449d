import { arrayValue, boolValue } from "../bson/bson-writer.js";
import { isTruthy, sameValue } from "../bson/compare-values.js";
import {
  elementsOf,
  ElementType,
  FieldReader,
  fieldsOf,
  NULL_VALUE,
  stringOf,
  UNDEFINED_VALUE,
  type Value,
} from "../bson/value.js";
import { CommandError } from "../errors/command-error.js";
import {
  type Cell,
  checkVariableName,
  computed,
  type Evaluate,
  exactly,
  type Expression,
  isNothing,
  type OperatorParser,
  type Scope,
  varying,
} from "./expression.js";
import { nameOfType } from "./value-operators.js";

/** `$map`: gives what the body is for each element. */
export const parseMap: OperatorParser = (operand, scope) => {
  const { input, cell, body } = argumentsOf(operand, scope);
  const evaluate: Evaluate = (document) => {
    const array = input.evaluate(document);
    if (isNothing(array)) return NULL_VALUE;
    if (!array!.isArray)
      throw new CommandError("BadValue", `input to $map must be an array not ${nameOfType(array)}`, 16883);
    return arrayValue(
      elementsOf(array!).map((element) => {
        cell.value = element;
        return body.evaluate(document) ?? NULL_VALUE;
      }),
    );
  };
  return varying(evaluate);
};

function argumentsOf(operand: Value, scope: Scope): { input: Expression; cell: Cell; body: Expression } {
  if (!operand.isObject) throw new CommandError("BadValue", "$map only supports an object as its argument", 16878);
  const given = new Map(fieldsOf(operand));
  for (const argument of given.keys())
    if (!["input", "as", "in"].includes(argument))
      throw new CommandError("BadValue", `Unrecognized parameter to $map: ${argument}`, 16879);
  const [input, as, body] = [given.get("input"), given.get("as"), given.get("in")];
  if (!input) throw new CommandError("BadValue", "Missing 'input' parameter to $map", 16880);
  if (!body) throw new CommandError("BadValue", "Missing 'in' parameter to $map", 16882);
  const variable = !as ? "this" : as.type === ElementType.STRING ? stringOf(as) : "";
  checkVariableName(variable);
  const cell: Cell = { value: undefined };
  return { input: scope.parsed(input), cell, body: scope.with(variable, cell).parsed(body) };
}

/** The first element that is true ends it. */
export const parseAnyElementTrue: OperatorParser = (operand, scope, name) => {
  const [list] = exactly(1, operand, scope, name);
  return computed([list], (document) => {
    const array = list.evaluate(document);
    if (!array?.isArray)
      throw new CommandError("BadValue", `${name}'s argument must be an array, but is ${nameOfType(array)}`, 17041);
    const elements = new FieldReader(array);
    while (elements.next()) if (isTruthy(elements.value)) return boolValue(true);
    return boolValue(false);
  });
};

/** Whether a value is among an array's elements. */
export const parseIn: OperatorParser = (operand, scope, name) => {
  const [sought, list] = exactly(2, operand, scope, name);
  return computed([sought, list], (document) => {
    const [value, array] = [sought.evaluate(document) ?? UNDEFINED_VALUE, list.evaluate(document)];
    if (!array?.isArray)
      throw new CommandError(
        "BadValue",
        `$in requires an array as a second argument, found: ${nameOfType(array)}`,
        40081,
      );
    const elements = new FieldReader(array);
    while (elements.next()) if (sameValue(value, elements.value)) return boolValue(true);
    return boolValue(false);
  });
};
