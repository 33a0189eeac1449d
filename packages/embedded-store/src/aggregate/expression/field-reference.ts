import { FieldReader, fieldOf, stringOf, type Value } from "../../bson/value.js";
import { arrayValue } from "../../bson/make-holder.js";
import { CommandError } from "../../command-error.js";
import { FieldPath, type Segment } from "../../query/field-path.js";
import { constant, varying, type Evaluate, type Expression } from "./expression.js";
import { checkVariableName, type Scope } from "./scope.js";

/** Text: a constant, or the value at `$a.path` of the document or at `$$a.path` of a variable. @throws CommandError */
export function parseText(expression: Value, scope: Scope): Expression {
  const text = stringOf(expression);
  if (!text.startsWith("$")) return constant(expression);
  if (text === "$") throw new CommandError("BadValue", "'$' by itself is not a valid FieldPath", 16872);
  if (!text.startsWith("$$")) return varying(along(pathOf(text.slice(1)), (document) => document));
  const [name, ...rest] = text.slice(2).split(".");
  const from = variable(name!, scope);
  checkFieldPath(text.slice(2));
  return varying(along(rest.length > 0 ? new FieldPath(rest.join(".")).segments : [], from));
}

/** @throws CommandError for one that nobody has set. */
function variable(name: string, scope: Scope): Evaluate {
  if (name === "ROOT" || name === "CURRENT") return (document) => document;
  if (name === "REMOVE") return () => undefined;
  if (!/^[A-Z]/.test(name)) checkVariableName(name);
  const cell = scope.cell(name);
  return () => cell.value;
}

function pathOf(path: string): readonly Segment[] {
  checkFieldPath(path);
  return new FieldPath(path).segments;
}

/** @throws CommandError for a path that MongoDB's expressions do not take. */
export function checkFieldPath(path: string): void {
  if (path === "") throw new CommandError("BadValue", "FieldPath cannot be constructed with empty string", 40352);
  if (path.endsWith(".")) throw new CommandError("BadValue", "FieldPath must not end with a '.'.", 40353);
  path.split(".").forEach(checkFieldName);
}

/** @throws CommandError */
export function checkFieldName(name: string): void {
  if (name === "") throw new CommandError("BadValue", "FieldPath field names may not be empty strings.", 15998);
  if (name.startsWith("$"))
    throw new CommandError(
      "BadValue",
      "FieldPath field names may not start with '$'. Consider using $getField or $setField.",
      16410,
    );
}

function along(segments: readonly Segment[], from: Evaluate): Evaluate {
  if (segments.length === 0) return from;
  const [only, second] = segments;
  if (!second)
    return (document) => {
      const value = from(document);
      return value?.isObject ? fieldOf(value, only!.name) : value && valueAt(value, segments, 0);
    };
  return (document) => {
    const value = from(document);
    return value && valueAt(value, segments, 0);
  };
}

/** In an array on the way, the field of each object in it that has it. */
function valueAt(holder: Value, segments: readonly Segment[], from: number): Value | undefined {
  let value = holder;
  for (let at = from; at < segments.length; at += 1) {
    if (value.isArray) return inEach(value, segments, at);
    const inner = value.isObject ? fieldOf(value, segments[at]!.name) : undefined;
    if (!inner) return undefined;
    value = inner;
  }
  return value;
}

function inEach(array: Value, segments: readonly Segment[], at: number): Value {
  const found: Value[] = [];
  const reader = new FieldReader(array);
  while (reader.next()) {
    const element = reader.value;
    const value = element.isObject ? valueAt(element, segments, at) : undefined;
    if (value) found.push(value);
  }
  return arrayValue(found);
}
