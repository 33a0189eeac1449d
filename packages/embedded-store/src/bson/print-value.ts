import { ElementType, typeName } from "./element-type.js";
import { exactNumber } from "./exact-number.js";
import { fieldsOf, stringOf, type Value } from "./value.js";

/** A value as MongoDB shows it in its messages. */
export function printValue(value: Value): string {
  const { bytes, start, end } = value;
  switch (value.type) {
    case ElementType.STRING:
      return JSON.stringify(stringOf(value));
    case ElementType.INT32:
    case ElementType.INT64:
      return String(exactNumber(value));
    case ElementType.DOUBLE: {
      const number = bytes.readDoubleLE(start);
      return Number.isInteger(number) ? `${number}.0` : String(number);
    }
    case ElementType.BOOL:
      return bytes[start] === 1 ? "true" : "false";
    case ElementType.NULL:
    case ElementType.UNDEFINED:
      return typeName(value.type);
    case ElementType.OBJECT_ID:
      return `ObjectId('${bytes.toString("hex", start, end)}')`;
    case ElementType.DATE:
      return `new Date(${bytes.readBigInt64LE(start)})`;
    case ElementType.OBJECT:
      return `{ ${[...fieldsOf(value)].map(([name, inner]) => `${name}: ${printValue(inner)}`).join(", ")} }`;
    case ElementType.ARRAY:
      return `[ ${[...fieldsOf(value)].map(([, inner]) => printValue(inner)).join(", ")} ]`;
    case ElementType.BINARY:
      return `BinData(${bytes[start + 4]}, ${bytes.toString("hex", start + 5, end).toUpperCase()})`;
    default:
      return typeName(value.type);
  }
}
