import { BsonWriter } from "../bson/bson-writer.js";
import { isTruthy } from "../bson/compare-values.js";
import { FieldPath } from "../bson/field-path.js";
import { documentValue, FieldReader, fieldsOf, isEmpty, type Value } from "../bson/value.js";
import { CommandError } from "../errors/command-error.js";
import type { Evaluate, Shared } from "../expression/expression.js";
import { checkFieldPath, parseExpression } from "../expression/parse-expression.js";
import type { Projection, Selection } from "../query/projected-bytes.js";
import { compileFlags, including, isFlag, selectionOf } from "../query/projection.js";
import { remembered } from "../query/remembered.js";
import { Branch, isBranch } from "../update/document-tree.js";

export type Change = (document: Value) => Value;

/** `$project`: flags as in a `find`, and fields computed by simple expressions. */
export function parseProject(specification: Value): Projection | Change {
  if (!specification.isObject || isEmpty(specification)) {
    throw new CommandError("BadValue", "$project specification must be an object with at least one field", 51272);
  }
  return compileProject(specification);
}

const compileProject = remembered<Change>((specification) => {
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
  return (document) => set(base.of(document), document);
});

/** The holder of a computed field keeps its place, with no field of its own; in an array each element does. */
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

/** `$addFields`: numbers and booleans are values here, not flags. @throws CommandError */
export function parseAddFields(specification: Value): AddedFields {
  if (!specification.isObject)
    throw new CommandError("BadValue", "$addFields specification stage must be an object", 40272);
  const fields = parseComputedFields(specification);
  const set = settingFields(fields);
  return { fields, change: (document) => set(document, document) };
}

export interface AddedFields {
  readonly fields: readonly ComputedField[];
  readonly change: Change;
}

/** A field and its new value; the field is taken away if the expression gives nothing. */
export interface ComputedField {
  readonly path: FieldPath;
  readonly evaluate: Evaluate;
}

/** The fields of `$addFields`, those in nested objects by their paths. @throws CommandError */
function parseComputedFields(specification: Value): ComputedField[] {
  const fields: ComputedField[] = [];
  const shared: Shared = new Map();
  for (const [name, value] of fieldsOf(specification)) {
    checkFieldPath(name);
    gather(name, value, fields, shared);
  }
  fields.forEach(({ path }, at) => refuseConflict(path.text, fields.slice(0, at)));
  return fields;
}

function gather(path: string, value: Value, into: ComputedField[], shared: Shared): void {
  if (!value.isObject) return void into.push({ path: new FieldPath(path), evaluate: parseExpression(value, shared) });
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
    into.push({ path: new FieldPath(path), evaluate: parseExpression(value, shared) });
    return;
  }
  for (const [name, each] of inner) {
    if (name.includes("."))
      throw new CommandError(
        "BadValue",
        `Invalid $addFields :: caused by :: cannot use dotted field name '${name}' in a sub object`,
        40183,
      );
    gather(`${path}.${name}`, each, into, shared);
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

/** Sets the fields in what the first argument is; the expressions are about the second. */
function settingFields(computed: readonly ComputedField[]): (base: Value, source: Value) => Value {
  if (computed.every(({ path }) => path.segments.length === 1)) return settingOwnFields(computed);
  return (base, source) => withComputed(base, source, computed);
}

/** Fields of the document itself: all else that it holds is copied as it stands. */
function settingOwnFields(computed: readonly ComputedField[]): (base: Value, source: Value) => Value {
  const names = computed.map(({ path }) => path.segments[0]!);
  return (base, source) => {
    const values = computed.map(({ evaluate }) => evaluate(source));
    const writer = new BsonWriter(base.end - base.start + 64);
    const begun = writer.begin();
    const fields = new FieldReader(base);
    const placed = new Set<number>();
    let rest = base.start + 4;
    while (fields.next()) {
      const at = names.findIndex(({ name }) => fields.nameIs(name));
      if (at < 0) continue;
      writer.raw(base.bytes, rest, fields.nameStart - 1);
      if (values[at]) writer.value(names[at]!.text, values[at]);
      rest = fields.valueEnd;
      placed.add(at);
    }
    writer.raw(base.bytes, rest, base.end - 1);
    values.forEach((value, at) => value && !placed.has(at) && writer.value(names[at]!.text, value));
    writer.end(begun);
    return documentValue(writer.finished());
  };
}

function withComputed(base: Value, source: Value, computed: readonly ComputedField[]): Value {
  const root = Branch.of(base);
  for (const { path, evaluate } of computed) setAt(root, path, 0, evaluate(source));
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
