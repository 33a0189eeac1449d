import { Field, InputType } from "type-graphql";
import { DomainError } from "../../errors.js";
import { keyFault } from "../../graph/json-object.js";
import { PlainValueScalar } from "../../graph/scalars.js";
import { type Criterion, fieldAt, type FieldScope, type FilterContext, within } from "./criterion.js";
import { conjunction, indexedBy, literal, type MongoExpression, type Predicate, unindexed } from "./predicate.js";
import { checkTests, testExpression, type ValueTests } from "./value-tests.js";

const MAX_SEGMENTS = 16;

@InputType({
  description:
    "A condition on one value inside a JSON object. Several tests must all hold; null is no test. Numbers are compared with numbers and texts with texts.",
})
export class DetailsFilter {
  @Field(() => [String], {
    description:
      'The keys that lead to the value, outermost first, 1 to 16: `["metrics", "accuracy"]`. A key may hold dots. Lists are not walked through.',
  })
  readonly path!: string[];

  @Field(() => PlainValueScalar, { nullable: true, description: "Exactly this value." })
  readonly eq?: unknown;

  @Field(() => [PlainValueScalar], { nullable: true, description: "One of these values, 100 at most." })
  readonly in?: unknown[] | null;

  @Field(() => PlainValueScalar, { nullable: true, description: "Greater than this number, or after this text." })
  readonly gt?: unknown;

  @Field(() => PlainValueScalar, {
    nullable: true,
    description: "This number or a greater one, this text or one after it.",
  })
  readonly gte?: unknown;

  @Field(() => PlainValueScalar, { nullable: true, description: "Less than this number, or before this text." })
  readonly lt?: unknown;

  @Field(() => PlainValueScalar, {
    nullable: true,
    description: "This number or a lesser one, this text or one before it.",
  })
  readonly lte?: unknown;

  @Field(() => String, { nullable: true, description: "Texts that hold these 1 to 64 characters somewhere." })
  readonly contains?: string | null;

  @Field(() => String, { nullable: true, description: "Texts that begin with these 1 to 64 characters." })
  readonly startsWith?: string | null;

  @Field(() => PlainValueScalar, { nullable: true, description: "Lists that hold exactly this value." })
  readonly has?: unknown;

  @Field(() => Boolean, {
    nullable: true,
    description: "True: records with a value other than null. False: records without one.",
  })
  readonly exists?: boolean | null;
}

/** Returns the value at a path in a JSON object. */
export const detailsValue = (details: MongoExpression, path: readonly string[]): MongoExpression =>
  path.reduce<MongoExpression>((input, key) => ({ $getField: { field: literal(key), input } }), details);

/** @throws BAD_USER_INPUT if the path has no keys, too many, or one that JSON objects may not have. */
export function checkDetailsPath(path: readonly string[], at: readonly (string | number)[]): void {
  if (path.length < 1 || path.length > MAX_SEGMENTS)
    throw new DomainError("BAD_USER_INPUT", `A path has 1 to ${MAX_SEGMENTS} keys.`, at);
  for (const [index, key] of path.entries()) {
    const fault = keyFault(key);
    if (fault) throw new DomainError("BAD_USER_INPUT", `Key ${index + 1} of the path: ${fault}`, at);
  }
}

const onlyOf = (isKind: MongoExpression, test: MongoExpression): MongoExpression => ({ $cond: [isKind, test, false] });

function detailsTest(name: string, operand: unknown, value: MongoExpression, at: FieldScope): MongoExpression {
  const isText = { $eq: [{ $type: value }, "string"] };
  switch (name) {
    case "has":
      return onlyOf({ $isArray: [value] }, { $in: [literal(operand), value] });
    case "exists":
      return testExpression("isNull", !operand, value);
    case "eq":
    case "in":
      return testExpression(name, operand, value);
    case "contains":
    case "startsWith":
      return onlyOf(isText, testExpression(name, operand, value));
    default: {
      if (typeof operand === "boolean")
        throw new DomainError("BAD_USER_INPUT", "A range has numbers or texts.", [...at.path, name]);
      const isKind = typeof operand === "number" ? { $isNumber: value } : isText;
      return { $and: [isKind, { [`$${name}`]: [value, literal(operand)] }] };
    }
  }
}

function detailsPredicate(
  { path, ...tests }: DetailsFilter,
  field: string,
  indexed: ReadonlySet<string>,
  at: FieldScope,
  context: FilterContext,
): Predicate {
  checkDetailsPath(path, [...at.path, "path"]);
  checkTests(tests as ValueTests, at.path);
  const value = detailsValue(fieldAt(at, field), path);
  const index = [field, ...path].join(".");
  const isIndexed = at.indexed === "" && indexed.has(index);
  return conjunction(
    Object.entries(tests)
      .filter(([, operand]) => operand != null)
      .map(([name, operand]) => {
        context.countCondition(at.path);
        const expression = detailsTest(name, operand, value, at);
        if (!isIndexed || (name !== "eq" && name !== "in")) return unindexed(expression);
        // The index has elements of lists, too: check the expression as well.
        const condition = { where: { [index]: name === "eq" ? operand : { $in: operand } }, isIdOrdered: false };
        return { ...indexedBy(expression, condition), residual: expression };
      }),
  );
}

/** Returns a filter by values in a stored JSON object. */
export const details = (field: string, description: string): Criterion => ({
  type: () => [DetailsFilter],
  description: `${description} All of several conditions must hold.`,
  predicate: (conditions: readonly DetailsFilter[], at, context) =>
    conjunction(
      conditions.map((each, index) =>
        detailsPredicate(each, field, context.detailsIndexes, within(at, index), context),
      ),
    ),
});
