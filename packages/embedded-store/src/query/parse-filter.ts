import { exactNumber, isNumber, isTruthy, NUMERIC } from "../bson/compare-values.js";
import { FieldPath } from "../bson/field-path.js";
import { elementsOf, ElementType, fieldsOf, isEmpty, stringOf, TYPE_NAMES, type Value } from "../bson/value.js";
import { CommandError, notImplemented } from "../errors/command-error.js";
import { parseExpression } from "../expression/parse-expression.js";
import type { Condition, Test } from "./condition.js";

const bad = (message: string): CommandError => new CommandError("BadValue", message);

const KNOWN_ELSEWHERE = new Set(
  "$where $text $jsonSchema $sampleRate $mod $geoWithin $geoIntersects $near $nearSphere $bitsAllSet $bitsAllClear $bitsAnySet $bitsAnyClear $alwaysTrue $alwaysFalse $rand $within".split(
    " ",
  ),
);

/** What a filter is for: an expression may stand only in one that finds whole documents. */
type Purpose = "find" | "upsert" | "elements" | "define";

/** @throws CommandError for what is malformed, unknown, or not implemented here. */
export function parseFilter(filter: Value, purpose: Purpose = "find"): Condition {
  const parts: Condition[] = [];
  for (const [name, value] of fieldsOf(filter)) {
    if (name === "$comment") continue;
    if (name === "$and" || name === "$or" || name === "$nor") parts.push(parseLogic(name, value, purpose));
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

function parseLogic(name: "$and" | "$or" | "$nor", value: Value, purpose: Purpose): Condition {
  if (!value.isArray) throw bad(`${name} must be an array`);
  const parts = elementsOf(value);
  if (parts.length === 0) throw bad("$and/$or/$nor must be a nonempty array");
  if (!parts.every((part) => part.isObject)) throw bad("$or/$and/$nor entries need to be full objects");
  return { kind: name.slice(1) as "and" | "or" | "nor", parts: parts.map((part) => parseFilter(part, purpose)) };
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
  if (value.type === ElementType.REGEX) return [{ op: "regex", pattern: patternOf(value), written: value }];
  if (value.type === ElementType.UNDEFINED) throw bad("cannot compare to undefined");
  return isOperators(value) ? parseOperators(value) : [{ op: "eq", value }];
}

function parseOperators(operators: Value): Test[] {
  const entries = [...fieldsOf(operators)];
  const options = entries.find(([name]) => name === "$options")?.[1];
  if (options && !entries.some(([name]) => name === "$regex")) throw bad("$options needs a $regex");
  return entries
    .filter(([name]) => name !== "$options")
    .flatMap(([name, operand]) => parseOperator(name, operand, options));
}

function parseOperator(name: string, operand: Value, options: Value | undefined): Test[] {
  switch (name) {
    case "$eq":
    case "$gt":
    case "$gte":
    case "$lt":
    case "$lte":
      return [comparison(name.slice(1) as "eq" | "gt", operand)];
    case "$ne":
      if (operand.type === ElementType.REGEX) throw bad("Can't have regex as arg to $ne.");
      return [{ op: "not", tests: [comparison("eq", operand)] }];
    case "$in":
      return [membership(name, operand)];
    case "$nin":
      return [{ op: "not", tests: [membership(name, operand)] }];
    case "$exists":
      return [isTruthy(operand) ? { op: "exists" } : { op: "not", tests: [{ op: "exists" }] }];
    case "$type":
      return [{ op: "type", types: parseTypes(operand) }];
    case "$size":
      return [{ op: "size", size: parseSize(operand) }];
    case "$all":
      return parseAll(operand);
    case "$regex":
      return [{ op: "regex", pattern: parsePattern(operand, options), written: operand }];
    case "$elemMatch":
      return [parseElemMatch(operand)];
    case "$not":
      return [parseNot(operand)];
    default:
      if (!name.startsWith("$")) throw bad(`unknown operator: ${name}`);
      throw unknown(name, "operator");
  }
}

function comparison(op: "eq" | "gt" | "gte" | "lt" | "lte", value: Value): Test {
  if (value.type === ElementType.UNDEFINED) throw bad("cannot compare to undefined");
  if (value.type === ElementType.REGEX && op !== "eq") throw bad(`Can't have RegEx as arg to predicate over field.`);
  return { op, value };
}

function membership(name: string, operand: Value): Test {
  if (!operand.isArray) throw bad(`${name} needs an array`);
  const values = elementsOf(operand);
  if (values.some(isOperators)) throw bad(`cannot nest $ under ${name}`);
  if (values.some(({ type }) => type === ElementType.UNDEFINED))
    throw bad("InMatchExpression equality cannot be undefined");
  return {
    op: "in",
    values: values.filter(({ type }) => type !== ElementType.REGEX),
    patterns: values.filter(({ type }) => type === ElementType.REGEX).map(patternOf),
  };
}

function parseAll(operand: Value): Test[] {
  if (!operand.isArray) throw bad("$all needs an array");
  const values = elementsOf(operand);
  if (values.length === 0) return [{ op: "nothing" }];
  const nested = values.filter(isOperators);
  if (nested.length > 0 && nested.length < values.length) throw bad("$all cannot mix $elemMatch with values");
  return values.flatMap((value): Test[] => {
    if (value.type === ElementType.REGEX || !isOperators(value)) return parseValueTests(value);
    const [[name, inner]] = [...fieldsOf(value)] as [[string, Value]];
    if (name !== "$elemMatch") throw bad("no $ expressions in $all");
    return [parseElemMatch(inner)];
  });
}

const LOGIC = new Set(["$and", "$or", "$nor"]);

function parseElemMatch(operand: Value): Test {
  if (!operand.isObject) throw bad("$elemMatch needs an Object");
  const first = [...fieldsOf(operand)][0]?.[0];
  if (isOperators(operand) && first !== undefined && !LOGIC.has(first)) {
    return { op: "elemMatchValue", tests: parseOperators(operand) };
  }
  return { op: "elemMatch", condition: parseFilter(operand, "elements") };
}

function parseNot(operand: Value): Test {
  if (operand.type === ElementType.REGEX) return { op: "not", tests: parseValueTests(operand) };
  if (!operand.isObject) throw bad("$not needs a regex or a document");
  if (isEmpty(operand)) throw bad("$not cannot be empty");
  return { op: "not", tests: parseOperators(operand) };
}

function parseSize(operand: Value): number {
  const size = isNumber(operand) ? Number(exactNumber(operand)) : Number.NaN;
  if (!Number.isInteger(size)) throw bad("Failed to parse $size. Expected an integer");
  if (size < 0) throw bad("Failed to parse $size. Expected a non-negative number");
  return size;
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

/** What PCRE and JavaScript read differently, or what only one of them has. */
const FOREIGN = /\\[AZzGhHRXQEKNgpPCxouce]|\(\?(?![:=!])|\[\[:|[*+?}]\+|\(\*|\\\d/;

/** @throws CommandError for a pattern that JavaScript might read otherwise than PCRE does. */
function compile(source: string, flags: string): RegExp {
  if (/[^imsxu]/.test(flags)) throw new CommandError("BadValue", `invalid flag in regex options: ${flags}`, 51108);
  if (flags.includes("x")) throw notImplemented("the regular expression flag x");
  if (FOREIGN.test(source)) throw notImplemented(`the regular expression /${source}/`);
  try {
    return new RegExp(source, flags.replace("u", "") + "u");
  } catch {
    throw notImplemented(`the regular expression /${source}/`);
  }
}

function patternOf(regex: Value): RegExp {
  const { bytes, start, end } = regex;
  const middle = bytes.indexOf(0, start);
  return compile(bytes.toString("utf8", start, middle), bytes.toString("utf8", middle + 1, end - 1));
}

function parsePattern(operand: Value, options: Value | undefined): RegExp {
  const flags = options && stringOf(options);
  if (operand.type === ElementType.STRING) return compile(stringOf(operand), flags ?? "");
  if (operand.type !== ElementType.REGEX) throw new CommandError("BadValue", "$regex has to be a string");
  const pattern = patternOf(operand);
  if (flags !== undefined && pattern.flags !== "u")
    throw new CommandError("BadValue", "options set in both $regex and $options", 51075);
  return flags === undefined ? pattern : compile(pattern.source, flags);
}
