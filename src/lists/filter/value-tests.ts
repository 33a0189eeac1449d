import { DomainError } from "../../errors.js";
import { isSearchText } from "../../names.js";
import { type Criterion, fieldAt, type FieldScope, type FilterContext, type InputPath, within } from "./criterion.js";
import {
  conjunction,
  indexedBy,
  isNothing,
  isSomething,
  literal,
  type MongoExpression,
  negation,
  type Predicate,
  unindexed,
} from "./predicate.js";

/** The tests of a single value. Input types have a part of them. */
export interface ValueTests {
  readonly eq?: unknown;
  readonly in?: readonly unknown[] | null;
  readonly gt?: unknown;
  readonly gte?: unknown;
  readonly lt?: unknown;
  readonly lte?: unknown;
  readonly contains?: string | null;
  readonly startsWith?: string | null;
  readonly isNull?: boolean | null;
  readonly not?: ValueTests | null;
}

const MAX_VALUES = 100;
const MAX_SEARCHED = 64;
const RANGES = ["gt", "gte", "lt", "lte"] as const;

type Test = keyof ValueTests;

/** @throws BAD_USER_INPUT if there are too many values or a text is unsearchable. */
export function checkTests(tests: ValueTests, path: InputPath): void {
  if (tests.in && tests.in.length > MAX_VALUES)
    throw new DomainError("BAD_USER_INPUT", `At most ${MAX_VALUES} values.`, [...path, "in"]);
  for (const text of [tests.eq, ...(tests.in ?? []), tests.contains, tests.startsWith])
    if (typeof text === "string" && !isSearchText(text))
      throw new DomainError(
        "BAD_USER_INPUT",
        "A text to compare with is Unicode without control characters, 512 characters at most.",
        path,
      );
  for (const name of ["contains", "startsWith"] as const) {
    const text = tests[name];
    if (text != null && (text.length === 0 || text.length > MAX_SEARCHED))
      throw new DomainError("BAD_USER_INPUT", `A text to look for has 1 to ${MAX_SEARCHED} characters.`, [
        ...path,
        name,
      ]);
  }
}

/** Returns a test as an expression over the value. Ranges and searches need a value that is not null. */
export function testExpression(name: Test, operand: unknown, value: MongoExpression): MongoExpression {
  switch (name) {
    case "eq":
      return { $eq: [value, literal(operand)] };
    case "in":
      return { $in: [value, literal(operand)] };
    case "contains":
      return { $gte: [{ $indexOfCP: [value, literal(operand)] }, literal(0)] };
    case "startsWith":
      return { $eq: [{ $indexOfCP: [value, literal(operand)] }, literal(0)] };
    case "isNull":
      return operand ? isNothing(value) : isSomething(value);
    default:
      return { $and: [isSomething(value), { [`$${name}`]: [value, literal(operand)] }] };
  }
}

/** Returns the first text after all texts with this prefix, by code points; null if there is none. */
function afterPrefix(prefix: string): string | null {
  const points = [...prefix].map((each) => each.codePointAt(0) ?? 0);
  const at = points.findLastIndex((point) => point < 0x10ffff);
  const last = points[at];
  if (last === undefined) return null;
  // Surrogates are no characters of their own.
  return String.fromCodePoint(...points.slice(0, at), last === 0xd7ff ? 0xe000 : last + 1);
}

/** Returns the test as operators on an indexed field, or null. */
function indexOperators(name: Test, operand: unknown): Record<string, unknown> | null {
  if (name === "eq") return { $eq: operand };
  if (name === "in") return { $in: operand };
  if (RANGES.some((range) => range === name)) return { [`$${name}`]: operand };
  if (name !== "startsWith") return null;
  const end = afterPrefix(operand as string);
  return { $gte: operand, ...(end === null ? {} : { $lt: end }) };
}

/**
 * Returns the predicate of the tests of one value. @param index the name of the field in an index of the type, or null.
 */
export function testsPredicate(
  tests: ValueTests,
  value: MongoExpression,
  index: string | null,
  at: FieldScope,
  context: FilterContext,
): Predicate {
  checkTests(tests, at.path);
  const given = Object.entries(tests).filter(([, operand]) => operand != null) as [Test, unknown][];
  return conjunction(
    given.map(([name, operand]) => {
      context.countCondition(at.path);
      if (name === "not")
        return negation(testsPredicate(operand as ValueTests, value, null, within(at, "not"), context));
      const expression = testExpression(name, operand, value);
      const condition = index === null ? null : indexOperators(name, operand);
      return condition && index !== null
        ? indexedBy(expression, { where: { [index]: condition }, isIdOrdered: name === "eq" })
        : unindexed(expression);
    }),
  );
}

interface FieldOptions {
  readonly description: string;
  /** True if an index begins with the field (after `superseded`). */
  readonly indexed?: boolean;
}

/** Returns a function that makes filters by a stored field. */
export const valueCriterion =
  (type: () => object) =>
  (field: string, { description, indexed = false }: FieldOptions): Criterion => ({
    type,
    description,
    predicate: (tests: ValueTests, at, context) =>
      testsPredicate(
        tests,
        fieldAt(at, field),
        indexed && at.indexed !== null ? at.indexed + field : null,
        at,
        context,
      ),
  });
