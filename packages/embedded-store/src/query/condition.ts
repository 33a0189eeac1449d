import { compareValues, exactNumber, isNumber, isTruthy, sameValue } from "../bson/compare-values.js";
import { encodeKeyText } from "../bson/encode-key.js";
import { anyAt, type FieldPath, type Passes } from "../bson/field-path.js";
import { ElementType, fieldOf, FieldReader, NULL_VALUE, rankOf, sameBytes, type Value } from "../bson/value.js";

export interface RangeTest {
  readonly op: "gt" | "gte" | "lt" | "lte";
  readonly value: Value;
}

/** A test that the value at a path, or one of an array's elements, may pass. */
export type Positive =
  | { readonly op: "eq"; readonly value: Value }
  | RangeTest
  | { readonly op: "in"; readonly values: readonly Value[] }
  | { readonly op: "exists" }
  | { readonly op: "type"; readonly types: ReadonlySet<number> }
  | { readonly op: "elemMatch"; readonly condition: Condition }
  | { readonly op: "elemMatchValue"; readonly tests: readonly Test[] };

/** One demand on the value at a path. */
export type Test = Positive | { readonly op: "not"; readonly test: Positive };

/** A filter as the planner and the matcher read it. */
export type Condition =
  | { readonly kind: "and" | "or"; readonly parts: readonly Condition[] }
  | { readonly kind: "field"; readonly path: FieldPath; readonly test: Test }
  /** An expression that must be true of the document: no index knows anything of it. */
  | { readonly kind: "expression"; readonly evaluate: (document: Value) => Value | undefined };

export const EVERYTHING: Condition = { kind: "and", parts: [] };

/** The conditions that must all hold, with nested `$and`s laid flat. */
export function conjuncts(condition: Condition): Condition[] {
  return condition.kind === "and" ? condition.parts.flatMap(conjuncts) : [condition];
}

/** The demands of a filter on fields, by their paths. */
export type TestsByPath = ReadonlyMap<string, readonly Test[]>;

export function testsByPath(conditions: readonly Condition[]): TestsByPath {
  const tests = new Map<string, Test[]>();
  for (const each of conditions) {
    if (each.kind !== "field") continue;
    const others = tests.get(each.path.text);
    if (others) others.push(each.test);
    else tests.set(each.path.text, [each.test]);
  }
  return tests;
}

export type Matches = (document: Value) => boolean;

/** Compiled once, run per document, on its bytes. */
export function compileCondition(condition: Condition): Matches {
  if (condition.kind === "field") return atPath(condition.path, compileTest(condition.test));
  if (condition.kind === "expression") return isTrueOf(condition.evaluate);
  const parts = inOrder(condition.parts).map(compileCondition);
  if (condition.kind === "and") {
    if (parts.length === 1) return parts[0]!;
    return (document) => parts.every((matches) => matches(document));
  }
  return (document) => parts.some((matches) => matches(document));
}

/** Expressions last: they cost most, and what the others leave out may be what they fail on. */
function inOrder(parts: readonly Condition[]): readonly Condition[] {
  const isExpression = ({ kind }: Condition): boolean => kind === "expression";
  return [...parts.filter((part) => !isExpression(part)), ...parts.filter(isExpression)];
}

const isTrueOf =
  (evaluate: (document: Value) => Value | undefined): Matches =>
  (document) => {
    const value = evaluate(document);
    return value !== undefined && isTruthy(value);
  };

/** Compiles tests of one value, such as an element of an array. */
export function compileValue(tests: readonly Test[]): (value: Value) => boolean {
  const compiled = tests.map(compileTest);
  return (value) => compiled.every(({ passes, negated }) => passes(value) !== negated);
}

interface CompiledTest {
  readonly passes: Passes;
  /** True for the negations, which ask all values of the path instead of one of them. */
  readonly negated: boolean;
}

function atPath(path: FieldPath, { passes, negated }: CompiledTest): Matches {
  const [only, second] = path.segments;
  const positive: Matches =
    only && !second ? (document) => passes(fieldOf(document, only.name)) : (document) => anyAt(document, path, passes);
  return negated ? (document) => !positive(document) : positive;
}

function compileTest(test: Test): CompiledTest {
  return test.op === "not"
    ? { passes: compilePositive(test.test), negated: true }
    : { passes: compilePositive(test), negated: false };
}

/** The value itself or, of an array, one of its elements. */
const oneOf =
  (passes: (value: Value) => boolean): Passes =>
  (value, isElement) => {
    if (!value) return false;
    if (value.isArray && !isElement) {
      const fields = new FieldReader(value);
      while (fields.next()) if (passes(fields.value)) return true;
    }
    return passes(value);
  };

function compilePositive(test: Positive): Passes {
  switch (test.op) {
    case "eq":
      return equalTo(test.value);
    case "gt":
    case "gte":
    case "lt":
    case "lte":
      return compared(test.op, test.value);
    case "in":
      return memberOf(test.values);
    case "exists":
      return (value) => value !== undefined;
    case "type":
      return (value) =>
        value !== undefined &&
        (test.types.has(value.type) || (value.isArray && someElement(value, ({ type }) => test.types.has(type))));
    case "elemMatch": {
      const matches = compileCondition(test.condition);
      return (value) =>
        value?.isArray === true &&
        someElement(value, (element) => (element.isObject || element.isArray) && matches(element));
    }
    case "elemMatchValue": {
      const matches = compileValue(test.tests);
      return (value) => value?.isArray === true && someElement(value, matches);
    }
  }
}

function someElement(array: Value, passes: (element: Value) => boolean): boolean {
  const fields = new FieldReader(array);
  while (fields.next()) if (passes(fields.value)) return true;
  return false;
}

const isNullish = ({ type }: Value): boolean => type === ElementType.NULL || type === ElementType.UNDEFINED;

/** Types of which equal values have equal bytes. */
const BYTEWISE = new Set<number>([ElementType.STRING, ElementType.OBJECT_ID, ElementType.BOOL, ElementType.DATE]);

function equalTo(wanted: Value): Passes {
  if (wanted.type === ElementType.NULL) {
    const isNull = oneOf(isNullish);
    return (value, isElement) => value === undefined || isNull(value, isElement);
  }
  if (BYTEWISE.has(wanted.type)) {
    return oneOf((value) => sameBytes(value, wanted));
  }
  return oneOf((value) => sameValue(value, wanted));
}

const isNaNValue = (value: Value): boolean => isNumber(value) && Number.isNaN(exactNumber(value));

function compared(op: "gt" | "gte" | "lt" | "lte", wanted: Value): Passes {
  const orEqual = op === "gte" || op === "lte";
  if (wanted.type === ElementType.NULL) return orEqual ? equalTo(NULL_VALUE) : () => false;
  const accepts = op.startsWith("g") ? (order: number) => order > 0 : (order: number) => order < 0;
  if (wanted.type === ElementType.MIN_KEY || wanted.type === ElementType.MAX_KEY) {
    return (value, isElement) => {
      const passes = oneOf((each) => accepts(compareValues(each, wanted)) || (orEqual && sameValue(each, wanted)));
      return passes(value ?? NULL_VALUE, isElement);
    };
  }
  if (isNaNValue(wanted)) return orEqual ? equalTo(wanted) : () => false;
  const rank = rankOf(wanted.type);
  return oneOf((value) => {
    if (rankOf(value.type) !== rank || isNaNValue(value)) return false;
    const order = compareValues(value, wanted);
    return accepts(order) || (orEqual && order === 0);
  });
}

function memberOf(values: readonly Value[]): Passes {
  if (values.every(isText)) {
    const texts = new Set(values.map(textOf));
    return oneOf((value) => isText(value) && texts.has(textOf(value)));
  }
  const allowsMissing = values.some(isNullish);
  const keys = new Set(values.map(keyOf));
  if (allowsMissing) keys.add(keyOf(NULL_VALUE));
  const isMember = oneOf((value) => keys.has(keyOf(value)) || (allowsMissing && isNullish(value)));
  return (value, isElement) => (value === undefined ? allowsMissing : isMember(value, isElement));
}

const isText = ({ type }: Value): boolean => type === ElementType.STRING || type === ElementType.SYMBOL;

/** The bytes of a string; equal ones have equal texts. */
const textOf = ({ bytes, start, end }: Value): string => bytes.toString("latin1", start + 4, end - 1);

/** Equal values have equal keys, whatever their number types: a set of them replaces a comparison with each. */
export const keyOf = (value: Value): string => encodeKeyText([value], []);
