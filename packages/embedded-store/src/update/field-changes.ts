import { doubleValue, int32Value, int64Value, printValue, timestampValue } from "../bson/bson-writer.js";
import { compareValues, exactNumber, isNumber, sameValue } from "../bson/compare-values.js";
import type { FieldPath } from "../bson/field-path.js";
import { elementsOf, ElementType, fieldsOf, isEmpty, typeName, type Value } from "../bson/value.js";
import { CommandError, notImplemented } from "../errors/command-error.js";
import { compileCondition, compileValue } from "../query/condition.js";
import { isOperators, parseFilter, parseValueTests } from "../query/parse-filter.js";
import { compileSortKey, parseSort } from "../search/sort.js";
import { Branch, type Change, isBranch, KEPT, type Node, type Outcome } from "./document-tree.js";

const asArray = (nodes: readonly Node[]): Branch =>
  new Branch(
    true,
    nodes.map((node) => ({ name: "", node })),
  );

/** The elements as bytes; an array that another change took apart cannot be meant, since paths may not overlap. */
function arrayAt(before: Node | undefined, path: FieldPath, operator: string, document: string): Value[] {
  if (before === undefined) return [];
  const value = isBranch(before) ? undefined : before;
  if (value?.isArray) return elementsOf(value);
  const type = value ? typeName(value.type) : "object";
  throw new CommandError(
    "BadValue",
    operator === "$pull"
      ? "Cannot apply $pull to a non-array value"
      : `The field '${path.text}' must be an array but is of type ${type} in document {${document}}`,
  );
}

/** `$push` with its modifiers. @throws CommandError for modifiers that MongoDB does not know. */
export function pushChange(path: FieldPath, operand: Value): Change {
  const { each, slice, position, order } = parsePush(operand);
  const apply = (before: Node | undefined, document: string): Outcome => {
    const elements = arrayAt(before, path, "$push", document);
    const at =
      position === undefined ? elements.length : position < 0 ? Math.max(elements.length + position, 0) : position;
    elements.splice(at, 0, ...each);
    const sorted = order ? order(elements) : elements;
    return asArray(slice === undefined ? sorted : slice < 0 ? sorted.slice(slice) : sorted.slice(0, slice));
  };
  return { path, operator: "$push", missing: "make", apply };
}

interface Push {
  readonly each: readonly Value[];
  readonly slice?: number | undefined;
  readonly position?: number | undefined;
  readonly order?: ((elements: readonly Value[]) => Value[]) | undefined;
}

function parsePush(operand: Value): Push {
  if (!isOperators(operand)) return { each: [operand] };
  const given = new Map(fieldsOf(operand));
  const each = given.get("$each");
  if (!each) return { each: [operand] };
  if (!each.isArray)
    throw new CommandError(
      "BadValue",
      `The argument to $each in $push must be an array but it was of type: ${typeName(each.type)}`,
    );
  for (const name of given.keys()) {
    if (!["$each", "$slice", "$position", "$sort"].includes(name))
      throw new CommandError("BadValue", `Unrecognized clause in $push: ${name}`);
  }
  const sort = given.get("$sort");
  return {
    each: elementsOf(each),
    slice: integer(given.get("$slice"), "$slice"),
    position: integer(given.get("$position"), "$position"),
    order: sort && parseOrder(sort),
  };
}

function integer(value: Value | undefined, name: string): number | undefined {
  if (!value) return undefined;
  const number = isNumber(value) ? Number(exactNumber(value)) : Number.NaN;
  if (!Number.isInteger(number))
    throw new CommandError(
      "BadValue",
      `The value for ${name} must be an integer value but was given type: ${typeName(value.type)}`,
    );
  return number;
}

function parseOrder(sort: Value): (elements: readonly Value[]) => Value[] {
  if (!sort.isObject) {
    const direction = integer(sort, "$sort");
    if (direction !== 1 && direction !== -1)
      throw new CommandError("BadValue", "The $sort element value must be either 1 or -1");
    return (elements) => [...elements].sort((a, b) => compareValues(a, b) * direction);
  }
  const keyOf = compileSortKey(parseSort(sort));
  return (elements) =>
    elements
      .map((element) => ({ element, key: keyOf(element) }))
      .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
      .map(({ element }) => element);
}

export function addToSetChange(path: FieldPath, operand: Value): Change {
  const each = isOperators(operand) ? new Map(fieldsOf(operand)) : undefined;
  const list = each?.get("$each");
  if (list && each!.size > 1)
    throw new CommandError(
      "BadValue",
      `Found unexpected fields after $each in $addToSet: ${[...each!.keys()].join(", ")}`,
    );
  if (list && !list.isArray)
    throw new CommandError("TypeMismatch", "The argument to $each in $addToSet must be an array");
  const added = list ? elementsOf(list) : [operand];
  const apply = (before: Node | undefined, document: string): Outcome => {
    const elements = arrayAt(before, path, "$addToSet", document);
    const count = elements.length;
    for (const value of added) if (!elements.some((element) => sameValue(element, value))) elements.push(value);
    return before !== undefined && elements.length === count ? KEPT : asArray(elements);
  };
  return { path, operator: "$addToSet", missing: "make", apply };
}

export function pullChange(path: FieldPath, operand: Value): Change {
  const isPulled = pulled(operand);
  const apply = (before: Node | undefined, document: string): Outcome => {
    if (before === undefined) return KEPT;
    const elements = arrayAt(before, path, "$pull", document);
    const kept = elements.filter((element) => !isPulled(element));
    return kept.length === elements.length ? KEPT : asArray(kept);
  };
  return { path, operator: "$pull", missing: "check", apply };
}

/** An object is a condition on the fields of elements, operators are one on the elements, anything else is the value itself. */
function pulled(operand: Value): (element: Value) => boolean {
  if (operand.isObject && !isOperators(operand)) {
    if (isEmpty(operand)) return (element) => element.isObject;
    const matches = compileCondition(parseFilter(operand, "define"));
    return (element) => element.isObject && matches(element);
  }
  if (operand.type === ElementType.REGEX || isOperators(operand)) return compileValue(parseValueTests(operand));
  return (element) => sameValue(element, operand);
}

const LEAST_LONG = -(2n ** 63n);
const GREATEST_LONG = 2n ** 63n - 1n;

/** The sum in the wider of the two types; int32 widens where it overflows, int64 does not. @throws CommandError */
function sumOf(left: Value, right: Value): Value {
  if (left.type === ElementType.DECIMAL128 || right.type === ElementType.DECIMAL128)
    throw notImplemented("sums of decimal128 values");
  const [a, b] = [exactNumber(left), exactNumber(right)];
  if (left.type === ElementType.DOUBLE || right.type === ElementType.DOUBLE) return doubleValue(Number(a) + Number(b));
  const sum = BigInt(a as number | bigint) + BigInt(b as number | bigint);
  const isInt32 = left.type === ElementType.INT32 && right.type === ElementType.INT32;
  if (isInt32 && sum >= -0x80000000n && sum <= 0x7fffffffn) return int32Value(Number(sum));
  if (sum < LEAST_LONG || sum > GREATEST_LONG) throw new CommandError("Overflow", "integer overflow");
  return int64Value(sum);
}

export function incremented(before: Value, by: Value, path: string, document: string): Value {
  if (!isNumber(before)) {
    const last = path.split(".").at(-1);
    throw new CommandError(
      "TypeMismatch",
      `Cannot apply $inc to a value of non-numeric type. {${document}} has the field '${last}' of non-numeric type ${typeName(before.type)}`,
    );
  }
  try {
    return sumOf(before, by);
  } catch (error) {
    if (!(error instanceof CommandError) || error.codeName !== "Overflow") throw error;
    throw new CommandError(
      "BadValue",
      `Failed to apply $inc operations to current value (${printValue(before)}) for document {${document}}`,
    );
  }
}

let last = { seconds: 0, count: 0 };

/** BSON's timestamp: seconds and a count within the second, so that no two are alike. */
export function timestampNow(): Value {
  const seconds = Math.floor(Date.now() / 1000);
  last = { seconds, count: seconds === last.seconds ? last.count + 1 : 1 };
  return timestampValue((BigInt(last.seconds) << 32n) | BigInt(last.count));
}
