import { arrayValue, boolValue, stringValue } from "../bson/bson-writer.js";
import { compareValues, isNumber, isTruthy, sameValue } from "../bson/compare-values.js";
import {
  elementsOf,
  ElementType,
  fieldOf,
  FieldReader,
  fieldsOf,
  NULL_VALUE,
  stringOf,
  typeName,
  UNDEFINED_VALUE,
  type Value,
} from "../bson/value.js";
import { CommandError } from "../errors/command-error.js";
import {
  type Cell,
  checkVariableName,
  computed,
  constant,
  type Evaluate,
  exactly,
  type Expression,
  isNothing,
  NO_DOCUMENT,
  operandsOf,
  type OperatorParser,
  type Scope,
  varying,
} from "./expression.js";

const isTrue = ({ evaluate }: Expression, document: Value): boolean => {
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

/** In BSON's order of all types; a missing field stands before null, as undefined does. */
export const comparing =
  (accepts: (order: number) => boolean): OperatorParser =>
  (operand, scope, name) => {
    const [left, right] = exactly(2, operand, scope, name);
    return computed([left, right], (document) => {
      const order = compareValues(
        left.evaluate(document) ?? UNDEFINED_VALUE,
        right.evaluate(document) ?? UNDEFINED_VALUE,
      );
      return boolValue(accepts(order));
    });
  };

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

export const nameOfType = (value: Value | undefined): string => (value ? typeName(value.type) : "missing");

const asking =
  (answer: (value: Value | undefined) => Value): OperatorParser =>
  (operand, scope, name) => {
    const [asked] = exactly(1, operand, scope, name);
    return computed([asked], (document) => answer(asked.evaluate(document)));
  };

export const parseType = asking((value) => stringValue(nameOfType(value)));
export const parseIsNumber = asking((value) => boolValue(value !== undefined && isNumber(value)));
export const parseIsArray = asking((value) => boolValue(value?.isArray === true));

/** One field by its exact name, dots and dollars included, of an object; arrays are not entered. */
export const parseGetField: OperatorParser = (operand, scope) =>
  scope.sharedBy(operand, () => getField(operand, scope));

function getField(operand: Value, scope: Scope): Expression {
  const { field, input } = fieldAndInput(operand);
  const name = Buffer.from(nameIn(field, scope));
  const holder: Expression = input ? scope.parsed(input) : varying((document) => document);
  return varying((document) => {
    const value = holder.evaluate(document);
    if (value?.isObject) return fieldOf(value, name);
    return value && isNothing(value) ? NULL_VALUE : undefined;
  });
}

/** An object that begins with an operator is the name itself. */
function fieldAndInput(operand: Value): { field: Value; input?: Value } {
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

/** `$map`: gives what the body is for each element. */
export const parseMap: OperatorParser = (operand, scope) => {
  const { input, cell, body } = mapArguments(operand, scope);
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

function mapArguments(operand: Value, scope: Scope): { input: Expression; cell: Cell; body: Expression } {
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

/** True if a value is among an array's elements. */
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
