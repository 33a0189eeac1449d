import { BsonWriter } from "../bson/bson-writer.js";
import { ElementType, typeName } from "../bson/element-type.js";
import { exactNumber } from "../bson/exact-number.js";
import { printValue } from "../bson/print-value.js";
import { Value } from "../bson/value.js";
import { CommandError, notImplemented } from "../command-error.js";
import { isNumber } from "../query/parse-filter.js";

const LEAST_LONG = -(2n ** 63n);
const GREATEST_LONG = 2n ** 63n - 1n;

export function int32Value(number: number): Value {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32LE(number);
  return new Value(ElementType.INT32, bytes, 0, 4);
}

export function int64Value(number: bigint): Value {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigInt64LE(number);
  return new Value(ElementType.INT64, bytes, 0, 8);
}

export function doubleValue(number: number): Value {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeDoubleLE(number);
  return new Value(ElementType.DOUBLE, bytes, 0, 8);
}

export function stringValue(text: string): Value {
  const writer = new BsonWriter();
  writer.string("", text);
  const bytes = writer.finished();
  return new Value(ElementType.STRING, bytes, 2, bytes.length);
}

export function dateValue(milliseconds: number): Value {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigInt64LE(BigInt(milliseconds));
  return new Value(ElementType.DATE, bytes, 0, 8);
}

/** The sum in the wider of the two types; int32 widens where it overflows, int64 does not. @throws CommandError */
export function sumOf(left: Value, right: Value): Value {
  if (left.type === ElementType.DECIMAL128 || right.type === ElementType.DECIMAL128)
    throw notImplemented("sums of decimal128 values");
  const [a, b] = [exactNumber(left), exactNumber(right)];
  if (left.type === ElementType.DOUBLE || right.type === ElementType.DOUBLE) return doubleValue(Number(a) + Number(b));
  const sum = BigInt(a as number | bigint) + BigInt(b as number | bigint);
  const isInt32 = left.type === ElementType.INT32 && right.type === ElementType.INT32;
  if (isInt32 && sum >= -0x80000000n && sum <= 0x7fffffffn) return int32Value(Number(sum));
  if (sum < LEAST_LONG || sum > GREATEST_LONG) throw new CommandError("Overflow", "integer overflow");
  return int64Value(sum);
}

export function incremented(before: Value, by: Value, path: string, document: string): Value {
  if (!isNumber(before)) {
    const last = path.split(".").at(-1);
    throw new CommandError(
      "TypeMismatch",
      `Cannot apply $inc to a value of non-numeric type. {${document}} has the field '${last}' of non-numeric type ${typeName(before.type)}`,
    );
  }
  try {
    return sumOf(before, by);
  } catch (error) {
    if (!(error instanceof CommandError) || error.codeName !== "Overflow") throw error;
    throw new CommandError(
      "BadValue",
      `Failed to apply $inc operations to current value (${printValue(before)}) for document {${document}}`,
    );
  }
}
