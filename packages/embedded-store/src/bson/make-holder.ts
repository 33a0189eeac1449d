import { BsonWriter } from "./bson-writer.js";
import { ElementType } from "./element-type.js";
import { Value } from "./value.js";

export function arrayValue(values: readonly Value[]): Value {
  return written(ElementType.ARRAY, (writer) => values.forEach((value, at) => writer.value(String(at), value)));
}

/** @param fields in their order; what is undefined is left out. */
export function objectValue(fields: Iterable<readonly [string, Value | undefined]>): Value {
  return written(ElementType.OBJECT, (writer) => {
    for (const [name, value] of fields) if (value) writer.value(name, value);
  });
}

function written(type: number, write: (writer: BsonWriter) => void): Value {
  const writer = new BsonWriter();
  const begun = writer.begin();
  write(writer);
  writer.end(begun);
  const bytes = writer.finished();
  return new Value(type, bytes, 0, bytes.length);
}
