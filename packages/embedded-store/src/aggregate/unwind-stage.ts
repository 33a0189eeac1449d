import { ElementType } from "../bson/element-type.js";
import { NULL_VALUE, documentValue, elementsOf, fieldsOf, isEmpty, stringOf, type Value } from "../bson/value.js";
import { CommandError } from "../command-error.js";
import { FieldPath } from "../query/field-path.js";
import { PAUSE, type Paused } from "../query/paused.js";
import { isTruthy } from "../bson/truthy.js";
import { Branch, holderAt } from "../update/document-tree.js";
import { int64Value } from "../bson/make-value.js";
import { setAt } from "./set-fields.js";
import type { Stage } from "./stage.js";

interface Unwind {
  readonly path: FieldPath;
  readonly indexName?: string | undefined;
  readonly keepsEmpty: boolean;
}

export function parseUnwind(specification: Value): Stage {
  const unwind = parse(specification);
  return (input) => unwound(input, unwind);
}

function parse(specification: Value): Unwind {
  if (specification.type === ElementType.STRING) return { path: pathOf(specification), keepsEmpty: false };
  if (!specification.isObject)
    throw new CommandError(
      "BadValue",
      "expected either a string or an object as specification for $unwind stage",
      15981,
    );
  const given = new Map(fieldsOf(specification));
  const path = given.get("path");
  if (path?.type !== ElementType.STRING)
    throw new CommandError("BadValue", "no path specified to $unwind stage", 28812);
  for (const name of given.keys()) {
    if (!["path", "includeArrayIndex", "preserveNullAndEmptyArrays"].includes(name)) {
      throw new CommandError("BadValue", `unrecognized option to $unwind stage: ${name}`, 28811);
    }
  }
  const indexName = given.get("includeArrayIndex");
  const keeps = given.get("preserveNullAndEmptyArrays");
  return {
    path: pathOf(path),
    indexName: indexName && stringOf(indexName),
    keepsEmpty: keeps !== undefined && isTruthy(keeps),
  };
}

function pathOf(value: Value): FieldPath {
  const text = stringOf(value);
  if (!text.startsWith("$") || text.length < 2)
    throw new CommandError("BadValue", `path option to $unwind stage should be prefixed with a '$': ${text}`, 28818);
  return new FieldPath(text.slice(1));
}

function* unwound(input: Paused<Value>, { path, indexName, keepsEmpty }: Unwind): Paused<Value> {
  for (const document of input) {
    if (document === PAUSE) {
      yield PAUSE;
      continue;
    }
    const value = valueAt(document, path);
    const elements = value?.isArray ? elementsOf(value) : [];
    const isSingle =
      value !== undefined && !value.isArray && value.type !== ElementType.NULL && value.type !== ElementType.UNDEFINED;
    if (isSingle) yield withIndex(document, indexName, NULL_VALUE);
    else if (elements.length > 0)
      yield* elements.map((element, at) =>
        withIndex(replaced(document, path, element), indexName, int64Value(BigInt(at))),
      );
    else if (keepsEmpty)
      yield withIndex(
        value?.isArray && isEmpty(value) ? replaced(document, path, undefined) : document,
        indexName,
        NULL_VALUE,
      );
  }
}

/** Only through objects: an array on the way is not entered. */
function valueAt(document: Value, path: FieldPath): Value | undefined {
  const holder = holderAt(Branch.of(document), path, "ignore");
  const node = holder && !holder.isArray ? holder.get(path.segments.at(-1)!) : undefined;
  return node instanceof Branch ? undefined : node;
}

function replaced(document: Value, path: FieldPath, element: Value | undefined): Value {
  const root = Branch.of(document);
  const holder = holderAt(root, path, "make")!;
  const last = path.segments.at(-1)!;
  if (element) holder.set(last, element);
  else holder.remove(last);
  return documentValue(root.written());
}

function withIndex(document: Value, name: string | undefined, index: Value): Value {
  if (name === undefined) return document;
  const root = Branch.of(document);
  setAt(root, new FieldPath(name), 0, index);
  return documentValue(root.written());
}
