import { fieldsOf, isEmpty, type Value } from "../bson/value.js";
import { CommandError } from "../command-error.js";
import { FieldPath } from "../query/field-path.js";
import type { Evaluate } from "./expression/expression.js";
import { checkFieldPath } from "./expression/field-reference.js";
import { parseExpression } from "./expression/parse-expression.js";

/** What a field is set to; it is taken away where the expression gives nothing. */
export interface ComputedField {
  readonly path: FieldPath;
  readonly evaluate: Evaluate;
}

/** The fields of `$addFields`, those in nested objects by their paths. @throws CommandError */
export function parseComputedFields(specification: Value): ComputedField[] {
  const fields: ComputedField[] = [];
  for (const [name, value] of fieldsOf(specification)) {
    checkFieldPath(name);
    gather(name, value, fields);
  }
  fields.forEach(({ path }, at) => refuseConflict(path.text, fields.slice(0, at)));
  return fields;
}

function gather(path: string, value: Value, into: ComputedField[]): void {
  if (!value.isObject) return void into.push({ path: new FieldPath(path), evaluate: parseExpression(value) });
  const inner = [...fieldsOf(value)];
  if (isEmpty(value))
    throw new CommandError(
      "BadValue",
      `Invalid $addFields :: caused by :: an empty object is not a valid value. Found empty object at path ${path}`,
      40180,
    );
  if (inner.some(([name]) => name.startsWith("$"))) {
    if (inner.length > 1)
      throw new CommandError(
        "BadValue",
        `Invalid $addFields :: caused by :: an expression specification must contain exactly one field, the name of the expression. Found ${inner.length} fields at path ${path}`,
        40181,
      );
    into.push({ path: new FieldPath(path), evaluate: parseExpression(value) });
    return;
  }
  for (const [name, each] of inner) {
    if (name.includes("."))
      throw new CommandError(
        "BadValue",
        `Invalid $addFields :: caused by :: cannot use dotted field name '${name}' in a sub object`,
        40183,
      );
    gather(`${path}.${name}`, each, into);
  }
}

function refuseConflict(path: string, before: readonly ComputedField[]): void {
  const other = before.find(
    (each) => `${path}.`.startsWith(`${each.path.text}.`) || each.path.text.startsWith(`${path}.`),
  );
  if (other)
    throw new CommandError(
      "BadValue",
      `Invalid $addFields :: caused by :: specification contains two conflicting paths. Cannot specify both '${path}' and '${other.path.text}'`,
      40176,
    );
}
