import { exactNumber } from "../../bson/exact-number.js";
import { isNumber } from "../../bson/numeric.js";
import type { Value } from "../../bson/value.js";

/** The number where it is whole and within 32 bits, whatever its type; undefined otherwise. */
export function wholeNumber(value: Value | undefined): number | undefined {
  if (!value || !isNumber(value)) return undefined;
  const exact = exactNumber(value);
  const number =
    typeof exact === "object"
      ? exact.numerator % exact.denominator === 0n
        ? Number(exact.numerator / exact.denominator)
        : Number.NaN
      : Number(exact);
  return number === (number | 0) ? number | 0 : undefined;
}
