import { BsonWriter } from "../bson/bson-writer.js";
import { ElementType } from "../bson/element-type.js";
import { NULL_VALUE, Value, elementsOf, fieldOf, fieldsOf, stringOf } from "../bson/value.js";
import { CommandError, notImplemented } from "../command-error.js";
import { FieldPath } from "../query/field-path.js";

/** Undefined stands for a missing field. */
export type Expression = (document: Value) => Value | undefined;

/** Field paths, literals, and objects and arrays of them. @throws CommandError for operators, by name. */
export function parseExpression(expression: Value): Expression {
  if (expression.type === ElementType.STRING) return parseString(expression);
  if (expression.isArray) return arrayOf(elementsOf(expression).map(parseExpression));
  if (!expression.isObject) return () => expression;
  const fields = [...fieldsOf(expression)];
  const [first] = fields;
  if (first?.[0] === "$literal") return () => first[1];
  if (first?.[0].startsWith("$")) throw notImplemented(`the expression ${first[0]}`);
  return objectOf(fields.map(([name, value]) => [name, parseExpression(value)]));
}

function parseString(expression: Value): Expression {
  const text = stringOf(expression);
  if (!text.startsWith("$")) return () => expression;
  if (text === "$$ROOT") return (document) => document;
  if (text.startsWith("$$")) throw notImplemented(`the variable ${text}`);
  if (text === "$") throw new CommandError("BadValue", "'$' by itself is not a valid FieldPath", 16872);
  return fieldAt(new FieldPath(text.slice(1)));
}

/** In an array on the way, the field of each element that has it. */
function fieldAt({ segments }: FieldPath): Expression {
  const walk = (value: Value, at: number): Value | undefined => {
    if (at === segments.length) return value;
    if (value.isObject) {
      const inner = fieldOf(value, segments[at]!.name);
      return inner && walk(inner, at + 1);
    }
    if (!value.isArray) return undefined;
    return arrayValue(elementsOf(value).flatMap((element) => (element.isObject ? (walk(element, at) ?? []) : [])));
  };
  return (document) => walk(document, 0);
}

export function arrayValue(values: readonly Value[]): Value {
  const writer = new BsonWriter();
  const begun = writer.begin();
  values.forEach((value, at) => writer.value(String(at), value));
  writer.end(begun);
  const bytes = writer.finished();
  return new Value(ElementType.ARRAY, bytes, 0, bytes.length);
}

const arrayOf =
  (parts: readonly Expression[]): Expression =>
  (document) =>
    arrayValue(parts.map((part) => part(document) ?? NULL_VALUE));

function objectOf(parts: readonly [string, Expression][]): Expression {
  return (document) => {
    const writer = new BsonWriter();
    const begun = writer.begin();
    for (const [name, part] of parts) {
      const value = part(document);
      if (value) writer.value(name, value);
    }
    writer.end(begun);
    const bytes = writer.finished();
    return new Value(ElementType.OBJECT, bytes, 0, bytes.length);
  };
}
