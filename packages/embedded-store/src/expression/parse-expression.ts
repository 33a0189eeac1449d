import { arrayValue, objectValue, printValue } from "../bson/bson-writer.js";
import { FieldPath, type Segment } from "../bson/field-path.js";
import {
  elementsOf,
  ElementType,
  fieldOf,
  FieldReader,
  fieldsOf,
  NULL_VALUE,
  stringOf,
  type Value,
} from "../bson/value.js";
import { CommandError, notImplemented } from "../errors/command-error.js";
import {
  checkVariableName,
  computed,
  constant,
  type Evaluate,
  type Expression,
  type OperatorParser,
  Scope,
  type Shared,
  varying,
} from "./expression.js";
import {
  comparing,
  joining,
  parseAnyElementTrue,
  parseCond,
  parseGetField,
  parseIfNull,
  parseIn,
  parseIsArray,
  parseIsNumber,
  parseMap,
  parseNot,
  parseType,
} from "./operators.js";
import { parseIndexOfCP, parseSubstrCP } from "./text-operators.js";

/**
 * Compiles an expression once, to be evaluated per document on its bytes.
 * @param shared the same for expressions that are evaluated one after the other on each document
 * @throws CommandError for what is malformed, unknown or, by name, not implemented.
 */
export const parseExpression = (expression: Value, shared: Shared = new Map()): Evaluate =>
  parse(expression, Scope.outermost(parse, shared)).evaluate;

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

/** Text: a constant, or the value at `$a.path` of the document or at `$$a.path` of a variable. @throws CommandError */
function parseText(expression: Value, scope: Scope): Expression {
  const text = stringOf(expression);
  if (!text.startsWith("$")) return constant(expression);
  if (text === "$") throw new CommandError("BadValue", "'$' by itself is not a valid FieldPath", 16872);
  if (!text.startsWith("$$")) return varying(along(pathOf(text.slice(1)), (document) => document));
  const [name, ...rest] = text.slice(2).split(".");
  const from = variable(name!, scope);
  checkFieldPath(text.slice(2));
  return varying(along(rest.length > 0 ? new FieldPath(rest.join(".")).segments : [], from));
}

/** @throws CommandError for one that nobody has set. */
function variable(name: string, scope: Scope): Evaluate {
  if (name === "ROOT" || name === "CURRENT") return (document) => document;
  if (name === "REMOVE") return () => undefined;
  if (!/^[A-Z]/.test(name)) checkVariableName(name);
  const cell = scope.cell(name);
  return () => cell.value;
}

function pathOf(path: string): readonly Segment[] {
  checkFieldPath(path);
  return new FieldPath(path).segments;
}

/** @throws CommandError for a path that MongoDB's expressions do not take. */
export function checkFieldPath(path: string): void {
  if (path === "") throw new CommandError("BadValue", "FieldPath cannot be constructed with empty string", 40352);
  if (path.endsWith(".")) throw new CommandError("BadValue", "FieldPath must not end with a '.'.", 40353);
  path.split(".").forEach(checkFieldName);
}

/** @throws CommandError */
function checkFieldName(name: string): void {
  if (name === "") throw new CommandError("BadValue", "FieldPath field names may not be empty strings.", 15998);
  if (name.startsWith("$"))
    throw new CommandError(
      "BadValue",
      "FieldPath field names may not start with '$'. Consider using $getField or $setField.",
      16410,
    );
}

function along(segments: readonly Segment[], from: Evaluate): Evaluate {
  if (segments.length === 0) return from;
  const [only, second] = segments;
  if (!second)
    return (document) => {
      const value = from(document);
      return value?.isObject ? fieldOf(value, only!.name) : value && valueAt(value, segments, 0);
    };
  return (document) => {
    const value = from(document);
    return value && valueAt(value, segments, 0);
  };
}

/** In an array on the way, the field of each object in it that has it. */
function valueAt(holder: Value, segments: readonly Segment[], from: number): Value | undefined {
  let value = holder;
  for (let at = from; at < segments.length; at += 1) {
    if (value.isArray) return inEach(value, segments, at);
    const inner = value.isObject ? fieldOf(value, segments[at]!.name) : undefined;
    if (!inner) return undefined;
    value = inner;
  }
  return value;
}

function inEach(array: Value, segments: readonly Segment[], at: number): Value {
  const found: Value[] = [];
  const reader = new FieldReader(array);
  while (reader.next()) {
    const element = reader.value;
    const value = element.isObject ? valueAt(element, segments, at) : undefined;
    if (value) found.push(value);
  }
  return arrayValue(found);
}

/** The operators of expressions that are implemented here. */
const OPERATORS: ReadonlyMap<string, OperatorParser> = new Map<string, OperatorParser>([
  ["$literal", (operand) => constant(operand)],
  ["$and", joining(false)],
  ["$or", joining(true)],
  ["$not", parseNot],
  ["$eq", comparing((order) => order === 0)],
  ["$ne", comparing((order) => order !== 0)],
  ["$gt", comparing((order) => order > 0)],
  ["$gte", comparing((order) => order >= 0)],
  ["$lt", comparing((order) => order < 0)],
  ["$lte", comparing((order) => order <= 0)],
  ["$in", parseIn],
  ["$type", parseType],
  ["$isNumber", parseIsNumber],
  ["$isArray", parseIsArray],
  ["$getField", parseGetField],
  ["$ifNull", parseIfNull],
  ["$cond", parseCond],
  ["$indexOfCP", parseIndexOfCP],
  ["$substrCP", parseSubstrCP],
  ["$map", parseMap],
  ["$anyElementTrue", parseAnyElementTrue],
]);

/** The other operators of MongoDB 6. */
const OPERATORS_ELSEWHERE: ReadonlySet<string> = new Set(
  `$abs $acos $acosh $add $addToSet $allElementsTrue $arrayElemAt $arrayToObject $asin $asinh $atan $atan2 $atanh $avg $binarySize
  $bottom $bottomN $bsonSize $ceil $cmp $concat $const $convert $cos $cosh $covariancePop $covarianceSamp $dateAdd $dateDiff
  $dateFromParts $dateFromString $dateSubtract $dateToParts $dateToString $dateTrunc $dayOfMonth $dayOfWeek $dayOfYear
  $degreesToRadians $denseRank $derivative $divide $documentNumber $exp $expMovingAvg $filter $first $firstN $floor $function
  $hash $hour $indexOfArray $indexOfBytes $integral $isoDayOfWeek $isoWeek $isoWeekYear $last $lastN $let $linearFill
  $ln $locf $log $log10 $ltrim $max $maxN $mergeObjects $meta $millisecond $min $minN $minute $mod $month $multiply $objectToArray
  $pow $push $radiansToDegrees $rand $range $rank $reduce $regexFind $regexFindAll $regexMatch $replaceAll $replaceOne
  $reverseArray $round $rtrim $sampleRate $second $setDifference $setEquals $setField $setIntersection $setIsSubset
  $setUnion $shift $sin $sinh $size $slice $sortArray $split $sqrt $stdDevPop $stdDevSamp $strLenBytes $strLenCP $strcasecmp $substr
  $substrBytes $subtract $sum $switch $tan $tanh $toBool $toDate $toDecimal $toDouble $toHashedIndexKey $toInt $toLong
  $toLower $toObjectId $toString $toUpper $top $topN $trim $trunc $tsIncrement $tsSecond $unsetField $week $year
  $zip`.split(/\s+/),
);
