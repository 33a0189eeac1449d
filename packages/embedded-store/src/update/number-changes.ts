import { ElementType, typeName } from "../bson/element-type.js";
import { exactNumber } from "../bson/exact-number.js";
import { printValue } from "../bson/print-value.js";
import { doubleValue, int32Value, int64Value } from "../bson/make-value.js";
import type { Value } from "../bson/value.js";
import { CommandError, notImplemented } from "../command-error.js";
import { isNumber } from "../bson/numeric.js";

const LEAST_LONG = -(2n ** 63n);
const GREATEST_LONG = 2n ** 63n - 1n;

/** The sum in the wider of the two types; int32 widens where it overflows, int64 does not. @throws CommandError */
function sumOf(left: Value, right: Value): Value {
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
