import { ElementType } from "./element-type.js";
import { Value } from "./value.js";

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

export function dateValue(milliseconds: number): Value {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigInt64LE(BigInt(milliseconds));
  return new Value(ElementType.DATE, bytes, 0, 8);
}

/** @param timestamp seconds in the upper half, a count within the second in the lower one */
export function timestampValue(timestamp: bigint): Value {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigUInt64LE(timestamp);
  return new Value(ElementType.TIMESTAMP, bytes, 0, 8);
}

export const TRUE_VALUE = new Value(ElementType.BOOL, Buffer.from([1]), 0, 1);
export const FALSE_VALUE = new Value(ElementType.BOOL, Buffer.from([0]), 0, 1);

export const boolValue = (truth: boolean): Value => (truth ? TRUE_VALUE : FALSE_VALUE);

export function stringValue(text: string): Value {
  const length = Buffer.byteLength(text);
  const bytes = Buffer.allocUnsafe(length + 5);
  bytes.writeInt32LE(length + 1);
  bytes.write(text, 4);
  bytes[length + 4] = 0;
  return new Value(ElementType.STRING, bytes, 0, length + 5);
}
