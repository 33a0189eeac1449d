import { fieldsOf, isEmpty, type Value } from "../bson/value.js";
import { CommandError } from "../command-error.js";
import { FieldPath } from "../query/field-path.js";
import { isTruthy } from "../bson/truthy.js";
import { compileFlags, including, isFlag, selectionOf, type Project, type Selection } from "../query/projection.js";
import type { ComputedField } from "./computed-fields.js";
import { checkFieldPath } from "./expression/field-reference.js";
import { settingFields } from "./set-fields.js";
import { parseExpression } from "./expression/parse-expression.js";

/** `$project`: flags as in a `find`, and fields computed by simple expressions. */
export function parseProject(specification: Value): Project {
  if (!specification.isObject || isEmpty(specification)) {
    throw new CommandError("BadValue", "$project specification must be an object with at least one field", 51272);
  }
  const flags: [string, boolean][] = [];
  const computed: ComputedField[] = [];
  for (const [name, value] of flattenedFlags(specification, "")) {
    checkFieldPath(name);
    if (isFlag(value)) flags.push([name, isTruthy(value)]);
    else computed.push({ path: new FieldPath(name), evaluate: parseExpression(value) });
  }
  if (computed.length === 0) return compileFlags(flags);
  const excluded = flags.find(([name, flag]) => !flag && name !== "_id");
  if (excluded && isFirst(excluded[0], specification))
    throw new CommandError(
      "BadValue",
      `Invalid $project :: caused by :: Cannot use an expression ${computed[0]!.path.text} in an exclusion projection`,
      31310,
    );
  if (excluded)
    throw new CommandError(
      "BadValue",
      `Invalid $project :: caused by :: Cannot do exclusion on field ${excluded[0]} in inclusion projection`,
      31254,
    );
  const names = flags.filter(([, flag]) => flag).map(([name]) => name);
  const isIdNamed = flags.some(([name]) => name === "_id") || computed.some(({ path }) => path.text === "_id");
  selectionOf([...flattenedFlags(specification, "")].map(([name]) => name));
  const selection = selectionOf(isIdNamed ? names : ["_id", ...names]);
  for (const { path } of computed) makeRoom(selection, path);
  const base = including(selection);
  const set = settingFields(computed);
  return (document) => set(base(document), document);
}

/** What a field is computed into stays where it stands, with nothing of its own; in an array that is each element. */
function makeRoom(selection: Selection, { segments }: FieldPath): void {
  let at = selection;
  for (const { text } of segments.slice(0, -1)) {
    const held = at.fields.get(text);
    const inner: Selection = { fields: held && held !== "whole" ? held.fields : new Map(), isComputedInto: true };
    at.fields.set(text, inner);
    at = inner;
  }
}

/** The first field that is not `_id` decides of which kind a projection is. */
function isFirst(name: string, specification: Value): boolean {
  const [first] = [...flattenedFlags(specification, "")].filter(([each]) => each !== "_id");
  return first?.[0] === name;
}

/** Objects of flags are paths; one that begins with an operator is an expression. */
function* flattenedFlags(fields: Value, prefix: string): Generator<[string, Value]> {
  for (const [name, value] of fieldsOf(fields)) {
    const isNested = value.isObject && !isEmpty(value) && ![...fieldsOf(value)][0]![0].startsWith("$");
    if (isNested) yield* flattenedFlags(value, `${prefix}${name}.`);
    else yield [prefix + name, value];
  }
}
