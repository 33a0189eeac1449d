import { BsonWriter } from "../bson/bson-writer.js";
import { FieldReader, documentValue, type Value } from "../bson/value.js";
import type { FieldPath } from "../query/field-path.js";
import { Branch, isBranch } from "../update/document-tree.js";
import type { ComputedField } from "./computed-fields.js";

/** Sets the fields in what the first argument is; the expressions are about the second. */
export function settingFields(computed: readonly ComputedField[]): (base: Value, source: Value) => Value {
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
