import { documentValue, fieldsOf, isEmpty, type Value } from "../bson/value.js";
import { CommandError } from "../command-error.js";
import { FieldPath } from "../query/field-path.js";
import { isTruthy } from "../bson/truthy.js";
import { compileFlags, including, isFlag, selectionOf, type Project } from "../query/projection.js";
import { Branch, isBranch } from "../update/document-tree.js";
import type { Evaluate } from "./expression/expression.js";
import { parseExpression } from "./expression/parse-expression.js";

interface Computed {
  readonly path: FieldPath;
  readonly expression: Evaluate;
}

/** `$project`: flags as in a `find`, and fields computed by simple expressions. */
export function parseProject(specification: Value): Project {
  if (!specification.isObject || isEmpty(specification)) {
    throw new CommandError("BadValue", "$project specification must be an object with at least one field", 51272);
  }
  const flags: [string, boolean][] = [];
  const computed: Computed[] = [];
  for (const [name, value] of flattenedFlags(specification, "")) {
    if (isFlag(value)) flags.push([name, isTruthy(value)]);
    else computed.push({ path: new FieldPath(name), expression: parseExpression(value) });
  }
  if (computed.length === 0) return compileFlags(flags);
  const excluded = flags.find(([name, flag]) => !flag && name !== "_id");
  if (excluded)
    throw new CommandError(
      "BadValue",
      `Invalid $project :: caused by :: Cannot do exclusion on field ${excluded[0]} in inclusion projection`,
      31254,
    );
  const names = flags.filter(([, flag]) => flag).map(([name]) => name);
  const isIdNamed = flags.some(([name]) => name === "_id") || computed.some(({ path }) => path.text === "_id");
  const selection = selectionOf(isIdNamed ? names : ["_id", ...names]);
  const base = including(selection);
  return (document) => withComputed(base(document), document, computed);
}

/** Objects of flags are paths; one that begins with an operator is an expression. */
function* flattenedFlags(fields: Value, prefix: string): Generator<[string, Value]> {
  for (const [name, value] of fieldsOf(fields)) {
    const isNested = value.isObject && !isEmpty(value) && ![...fieldsOf(value)][0]![0].startsWith("$");
    if (isNested) yield* flattenedFlags(value, `${prefix}${name}.`);
    else yield [prefix + name, value];
  }
}

/** `$addFields`, also called `$set`: numbers and booleans are values here, not flags. */
export function parseAddFields(specification: Value): Project {
  if (!specification.isObject || isEmpty(specification)) {
    throw new CommandError("BadValue", "$addFields specification stage must be an object", 40272);
  }
  const computed = [...flattenedFlags(specification, "")].map(([name, value]) => ({
    path: new FieldPath(name),
    expression: parseExpression(value),
  }));
  return (document) => withComputed(document, document, computed);
}

function withComputed(base: Value, source: Value, computed: readonly Computed[]): Value {
  const root = Branch.of(base);
  for (const { path, expression } of computed) {
    const value = expression(source);
    setAt(root, path, 0, value);
  }
  return documentValue(root.written());
}

/**
 * A value on the way that is no object gives way; an array has the field set in each of its elements.
 * @param value undefined takes the field away.
 */
export function setAt(holder: Branch, path: FieldPath, at: number, value: Value | undefined): void {
  const segment = path.segments[at]!;
  if (holder.isArray) {
    holder.entries.forEach((entry) => {
      entry.node = opened(entry.node);
      setAt(entry.node as Branch, path, at, value);
    });
    return;
  }
  if (at === path.segments.length - 1) return value ? holder.set(segment, value) : holder.remove(segment);
  const inner = opened(holder.get(segment));
  holder.set(segment, inner);
  setAt(inner, path, at + 1, value);
}

function opened(node: Value | Branch | undefined): Branch {
  if (node === undefined) return new Branch(false, []);
  if (isBranch(node)) return node;
  return node.isObject || node.isArray ? Branch.of(node) : new Branch(false, []);
}
