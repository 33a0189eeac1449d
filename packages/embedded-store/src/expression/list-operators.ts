import { arrayValue, boolValue, int32Value } from "../bson/bson-writer.js";
import { sameValue } from "../bson/compare-values.js";
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
import { CommandError, notImplemented } from "../errors/command-error.js";
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
import { isTrue, nameOfType } from "./value-operators.js";

/** MongoDB's numbers for what may be wrong with an operator that goes over the elements of an array. */
interface Codes {
  readonly noObject: number;
  readonly unknown: number;
  readonly noInput: number;
  readonly noBody: number;
  readonly noArray: number;
}

/** Gives what the body is for each element. */
export const parseMap: OperatorParser = (operand, scope) => {
  const codes = { noObject: 16878, unknown: 16879, noInput: 16880, noBody: 16882, noArray: 16883 };
  const { input, cell, body } = argumentsOf("$map", "in", operand, scope, codes);
  return overElements("$map", codes.noArray, input, (elements, document) =>
    elements.map((element) => {
      cell.value = element;
      return body.evaluate(document) ?? NULL_VALUE;
    }),
  );
};

/** Keeps the elements for which the condition is true. */
export const parseFilterOperator: OperatorParser = (operand, scope) => {
  const codes = { noObject: 28646, unknown: 28647, noInput: 28648, noBody: 28650, noArray: 28651 };
  const { input, cell, body } = argumentsOf("$filter", "cond", operand, scope, codes);
  return overElements("$filter", codes.noArray, input, (elements, document) =>
    elements.filter((element) => {
      cell.value = element;
      return isTrue(body, document);
    }),
  );
};

function overElements(
  name: string,
  noArray: number,
  input: Expression,
  results: (elements: readonly Value[], document: Value) => readonly Value[],
): Expression {
  const evaluate: Evaluate = (document) => {
    const array = input.evaluate(document);
    if (array?.isArray) return arrayValue(results(elementsOf(array), document));
    if (isNothing(array)) return NULL_VALUE;
    throw new CommandError("BadValue", `input to ${name} must be an array not ${nameOfType(array)}`, noArray);
  };
  return varying(evaluate);
}

function argumentsOf(
  name: string,
  bodyName: "in" | "cond",
  operand: Value,
  scope: Scope,
  codes: Codes,
): { input: Expression; cell: Cell; body: Expression } {
  if (!operand.isObject)
    throw new CommandError("BadValue", `${name} only supports an object as its argument`, codes.noObject);
  const given = new Map(fieldsOf(operand));
  for (const argument of given.keys()) {
    if (name === "$filter" && argument === "limit") throw notImplemented("a limit of $filter");
    if (!["input", "as", bodyName].includes(argument))
      throw new CommandError("BadValue", `Unrecognized parameter to ${name}: ${argument}`, codes.unknown);
  }
  const [input, as, body] = [given.get("input"), given.get("as"), given.get(bodyName)];
  if (!input) throw new CommandError("BadValue", `Missing 'input' parameter to ${name}`, codes.noInput);
  if (!body) throw new CommandError("BadValue", `Missing '${bodyName}' parameter to ${name}`, codes.noBody);
  const variable = !as ? "this" : as.type === ElementType.STRING ? stringOf(as) : "";
  checkVariableName(variable);
  const cell: Cell = { value: undefined };
  return { input: scope.parsed(input), cell, body: scope.with(variable, cell).parsed(body) };
}

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

export const parseSize: OperatorParser = (operand, scope, name) => {
  const [list] = exactly(1, operand, scope, name);
  return computed([list], (document) => {
    const array = list.evaluate(document);
    if (!array?.isArray)
      throw new CommandError(
        "BadValue",
        `The argument to $size must be an array, but was of type: ${nameOfType(array)}`,
        17124,
      );
    let size = 0;
    const elements = new FieldReader(array);
    while (elements.next()) size += 1;
    return int32Value(size);
  });
};
