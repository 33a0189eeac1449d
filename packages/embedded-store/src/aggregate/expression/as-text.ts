import { ElementType, typeName } from "../../bson/element-type.js";
import { exactNumber } from "../../bson/exact-number.js";
import { stringValue } from "../../bson/make-value.js";
import type { Value } from "../../bson/value.js";
import { CommandError, notImplemented } from "../../command-error.js";
import { isNothing } from "./nothing.js";

/** A value as text, where MongoDB's operators on text take others too; nothing is empty text. @throws CommandError */
export function asText(value: Value | undefined): Value {
  if (!value || isNothing(value)) return stringValue("");
  switch (value.type) {
    case ElementType.STRING:
    case ElementType.SYMBOL:
    case ElementType.CODE:
      return value;
    case ElementType.INT32:
    case ElementType.INT64:
      return stringValue(String(exactNumber(value)));
    case ElementType.DATE:
      return stringValue(dateText(Number(value.bytes.readBigInt64LE(value.start))));
    case ElementType.DOUBLE:
    case ElementType.DECIMAL128:
    case ElementType.TIMESTAMP:
      throw notImplemented(`the text of a ${typeName(value.type)}`);
    default:
      throw new CommandError("BadValue", `can't convert from BSON type ${typeName(value.type)} to String`, 16007);
  }
}

function dateText(milliseconds: number): string {
  const date = new Date(milliseconds);
  if (!(date.getUTCFullYear() >= 0 && date.getUTCFullYear() <= 9999)) throw notImplemented("the text of a far date");
  return date.toISOString();
}
