import { exactNumber, isNumber, isTruthy, NUMERIC } from "../bson/compare-values.js";
import { FieldPath } from "../bson/field-path.js";
import { elementsOf, ElementType, fieldsOf, isEmpty, stringOf, TYPE_NAMES, type Value } from "../bson/value.js";
import { CommandError, notImplemented } from "../errors/command-error.js";
import { parseExpression } from "../expression/parse-expression.js";
import type { Condition, Positive, Test } from "./condition.js";

const bad = (message: string): CommandError => new CommandError("BadValue", message);

const KNOWN_ELSEWHERE = new Set(
  "$where $text $all $size $not $nor $regex $jsonSchema $sampleRate $mod $geoWithin $geoIntersects $near $nearSphere $bitsAllSet $bitsAllClear $bitsAnySet $bitsAnyClear $alwaysTrue $alwaysFalse $rand $within".split(
    " ",
  ),
);

/** The purpose of a filter: an expression may stand only in one that finds whole documents. */
type Purpose = "find" | "upsert" | "elements" | "define";

/** @throws CommandError for what is malformed, unknown, or not implemented here. */
export function parseFilter(filter: Value, purpose: Purpose = "find"): Condition {
  const parts: Condition[] = [];
  for (const [name, value] of fieldsOf(filter)) {
    if (name === "$comment") continue;
    if (name === "$and" || name === "$or") parts.push(parseLogic(name, value, purpose));
    else if (name === "$expr") parts.push(parseExpressionCondition(value, purpose));
    else if (name.startsWith("$")) throw unknown(name, "top level operator");
    else parts.push(...parseField(name, value));
  }
  return parts.length === 1 ? parts[0]! : { kind: "and", parts };
}

function parseExpressionCondition(expression: Value, purpose: Purpose): Condition {
  if (purpose === "elements") throw bad("$expr can only be applied to the top-level document");
  if (purpose === "find") return { kind: "expression", evaluate: parseExpression(expression) };
  const where = purpose === "upsert" ? "the query predicate for an upsert" : "this context";
  throw new CommandError("BadValue", `$expr is not allowed in ${where}`, 224);
}

function unknown(name: string, what: string): CommandError {
  return KNOWN_ELSEWHERE.has(name) ? notImplemented(`the operator ${name}`) : bad(`unknown ${what}: ${name}`);
}

function parseLogic(name: "$and" | "$or", value: Value, purpose: Purpose): Condition {
  if (!value.isArray) throw bad(`${name} must be an array`);
  const parts = elementsOf(value);
  if (parts.length === 0) throw bad("$and/$or/$nor must be a nonempty array");
  if (!parts.every((part) => part.isObject)) throw bad("$or/$and/$nor entries need to be full objects");
  return { kind: name.slice(1) as "and" | "or", parts: parts.map((part) => parseFilter(part, purpose)) };
}

function parseField(name: string, value: Value): Condition[] {
  const path = new FieldPath(name);
  return parseValueTests(value).map((test) => ({ kind: "field", path, test }));
}

export function isOperators(value: Value): boolean {
  return value.isObject && value.bytes[value.start + 5] === 0x24 && !isEmpty(value);
}

/** The demands on a value that stand beside a field's name. */
export function parseValueTests(value: Value): Test[] {
  refuseRegex(value);
  if (value.type === ElementType.UNDEFINED) throw bad("cannot compare to undefined");
  return isOperators(value) ? parseOperators(value) : [{ op: "eq", value }];
}

function parseOperators(operators: Value): Test[] {
  return [...fieldsOf(operators)].map(([name, operand]) => parseOperator(name, operand));
}

function parseOperator(name: string, operand: Value): Test {
  switch (name) {
    case "$eq":
    case "$gt":
    case "$gte":
    case "$lt":
    case "$lte":
      return comparison(name.slice(1) as "eq" | "gt", operand);
    case "$ne":
      return { op: "not", test: comparison("eq", operand) };
    case "$in":
      return membership(name, operand);
    case "$nin":
      return { op: "not", test: membership(name, operand) };
    case "$exists":
      return isTruthy(operand) ? { op: "exists" } : { op: "not", test: { op: "exists" } };
    case "$type":
      return { op: "type", types: parseTypes(operand) };
    case "$elemMatch":
      return parseElemMatch(operand);
    default:
      if (!name.startsWith("$")) throw bad(`unknown operator: ${name}`);
      throw unknown(name, "operator");
  }
}

function comparison(op: "eq" | "gt" | "gte" | "lt" | "lte", value: Value): Positive {
  if (value.type === ElementType.UNDEFINED) throw bad("cannot compare to undefined");
  refuseRegex(value);
  return { op, value };
}

function membership(name: string, operand: Value): Positive {
  if (!operand.isArray) throw bad(`${name} needs an array`);
  const values = elementsOf(operand);
  if (values.some(isOperators)) throw bad(`cannot nest $ under ${name}`);
  if (values.some(({ type }) => type === ElementType.UNDEFINED))
    throw bad("InMatchExpression equality cannot be undefined");
  values.forEach(refuseRegex);
  return { op: "in", values };
}

function refuseRegex({ type }: Value): void {
  if (type === ElementType.REGEX) throw notImplemented("regular expressions in filters");
}

const LOGIC = new Set(["$and", "$or"]);

function parseElemMatch(operand: Value): Test {
  if (!operand.isObject) throw bad("$elemMatch needs an Object");
  const first = [...fieldsOf(operand)][0]?.[0];
  if (isOperators(operand) && first !== undefined && !LOGIC.has(first)) {
    return { op: "elemMatchValue", tests: parseOperators(operand) };
  }
  return { op: "elemMatch", condition: parseFilter(operand, "elements") };
}

function parseTypes(operand: Value): Set<number> {
  const wanted = operand.isArray ? elementsOf(operand) : [operand];
  if (wanted.length === 0) throw new CommandError("FailedToParse", "type must match at least one type");
  return new Set(wanted.flatMap(parseType));
}

function parseType(operand: Value): readonly number[] {
  if (operand.type === ElementType.STRING) {
    const name = stringOf(operand);
    if (name === "number") return NUMERIC;
    const type = TYPE_NAMES[name];
    if (type === undefined) throw bad(`Unknown type name alias: ${name}`);
    return [type];
  }
  const code = isNumber(operand) ? Number(exactNumber(operand)) : Number.NaN;
  const type = code === -1 ? ElementType.MIN_KEY : code;
  if (!Object.values(TYPE_NAMES).includes(type)) throw bad(`Invalid numerical type code: ${code}`);
  return [type];
}
