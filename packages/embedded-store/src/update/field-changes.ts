import { doubleValue, int32Value, int64Value, printValue } from "../bson/bson-writer.js";
import { exactNumber, isNumber, sameValue } from "../bson/compare-values.js";
import type { FieldPath } from "../bson/field-path.js";
import { elementsOf, ElementType, fieldsOf, isEmpty, typeName, type Value } from "../bson/value.js";
import { CommandError, notImplemented } from "../errors/command-error.js";
import { compileCondition, compileValue } from "../query/condition.js";
import { isOperators, parseFilter, parseValueTests } from "../query/parse-filter.js";
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

/** `$push` of one value. @throws CommandError for modifiers, by name */
export function pushChange(path: FieldPath, operand: Value): Change {
  refuseEach(operand, "$push");
  const apply = (before: Node | undefined, document: string): Outcome =>
    asArray([...arrayAt(before, path, "$push", document), operand]);
  return { path, operator: "$push", missing: "make", apply };
}

/** `$addToSet` of one value. @throws CommandError for modifiers, by name */
export function addToSetChange(path: FieldPath, operand: Value): Change {
  refuseEach(operand, "$addToSet");
  const apply = (before: Node | undefined, document: string): Outcome => {
    const elements = arrayAt(before, path, "$addToSet", document);
    const isThere = before !== undefined && elements.some((element) => sameValue(element, operand));
    return isThere ? KEPT : asArray([...elements, operand]);
  };
  return { path, operator: "$addToSet", missing: "make", apply };
}

function refuseEach(operand: Value, operator: string): void {
  if (isOperators(operand) && [...fieldsOf(operand)].some(([name]) => name === "$each"))
    throw notImplemented(`$each of ${operator}`);
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

/** The sum in the wider of the two types; int32 widens if it overflows, int64 does not. @throws CommandError */
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
