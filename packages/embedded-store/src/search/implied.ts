import { BsonWriter } from "../bson/bson-writer.js";
import { compareValues } from "../bson/compare-values.js";
import { FieldPath } from "../bson/field-path.js";
import { documentValue, ElementType, rankOf, sameBytes, type Value } from "../bson/value.js";
import { compileCondition, type Condition, type RangeTest, type Test } from "../query/condition.js";

/** True if every document that meets the filter meets the condition of a partial index too; in doubt, no. */
export function isImplied(condition: Condition, filter: readonly Condition[]): boolean {
  if (condition.kind !== "field") {
    if (condition.kind === "and") return condition.parts.every((part) => isImplied(part, filter));
    if (condition.kind === "expression") return false;
    return condition.kind === "or" && condition.parts.some((part) => isImplied(part, filter));
  }
  const tests = filter.flatMap((each) =>
    each.kind === "field" && each.path.text === condition.path.text ? [each.test] : [],
  );
  return tests.some((test) => implies(test, condition.test));
}

function implies(given: Test, wanted: Test): boolean {
  if (given.op === "eq") return valuePasses(given.value, wanted);
  if (given.op === "in") {
    return given.values.length > 0 && given.values.every((value) => valuePasses(value, wanted));
  }
  if (given.op === "gt" || given.op === "gte" || given.op === "lt" || given.op === "lte")
    return rangeImplies(given, wanted);
  if (given.op === "exists") return wanted.op === "exists";
  if (given.op !== "type") return false;
  return wanted.op === "exists" || (wanted.op === "type" && [...given.types].every((type) => wanted.types.has(type)));
}

/** Null also stands for a missing field, and an array's elements may pass when the array does not. */
function valuePasses(value: Value, wanted: Test): boolean {
  if (wanted.op === "eq" && sameBytes(wanted.value, value)) return true;
  if (value.type === ElementType.NULL || value.isArray) return false;
  const writer = new BsonWriter();
  const begun = writer.begin();
  writer.value("v", value);
  writer.end(begun);
  return compileCondition({ kind: "field", path: new FieldPath("v"), test: wanted })(documentValue(writer.finished()));
}

function rangeImplies(given: RangeTest, wanted: Test): boolean {
  if (given.value.type === ElementType.NULL || given.value.isArray) return false;
  if (wanted.op === "exists") return true;
  if (wanted.op === "type") return false;
  if (wanted.op !== "gt" && wanted.op !== "gte" && wanted.op !== "lt" && wanted.op !== "lte") return false;
  if (wanted.op[0] !== given.op[0] || rankOf(wanted.value.type) !== rankOf(given.value.type)) return false;
  const order = compareValues(given.value, wanted.value) * (given.op[0] === "g" ? 1 : -1);
  return order > 0 || (order === 0 && (wanted.op.endsWith("e") || !given.op.endsWith("e")));
}

/** True if the filter leaves out every document without the field: a sparse index has none of those. */
export function demandsPresence(path: string, filter: readonly Condition[]): boolean {
  return isImplied({ kind: "field", path: new FieldPath(path), test: { op: "exists" } }, filter);
}
