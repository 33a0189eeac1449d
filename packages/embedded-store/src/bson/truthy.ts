import { ElementType } from "./element-type.js";
import { exactNumber } from "./exact-number.js";
import { isNumber } from "./numeric.js";
import type { Value } from "./value.js";

/** Zero, false, null and undefined are no truths; all else is one, NaN and empty text included. */
export function isTruthy(value: Value): boolean {
  if (isNumber(value)) return exactNumber(value) !== 0;
  if (value.type === ElementType.BOOL) return value.bytes[value.start] === 1;
  return value.type !== ElementType.NULL && value.type !== ElementType.UNDEFINED;
}
