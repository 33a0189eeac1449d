import { ElementType } from "../bson/element-type.js";
import { exactNumber } from "../bson/exact-number.js";
import { notImplemented } from "../command-error.js";
import { isNumber } from "../bson/numeric.js";
import { doubleValue, int32Value, int64Value } from "../bson/make-value.js";
import type { Accumulator } from "./accumulator.js";

/** Whole numbers are added exactly, doubles with what rounding lost carried along; what is no number does not count. */
export function summing(): Accumulator {
  let whole = 0n;
  let isWide = false;
  let hasDouble = false;
  const doubles = new CompensatedSum();
  return {
    add(value) {
      if (!value || !isNumber(value)) return;
      if (value.type === ElementType.DECIMAL128) throw notImplemented("sums of decimal128 values");
      if (value.type === ElementType.DOUBLE) {
        hasDouble = true;
        doubles.add(Number(exactNumber(value)));
      } else {
        isWide ||= value.type === ElementType.INT64;
        whole += BigInt(exactNumber(value) as number | bigint);
      }
    },
    result() {
      if (!hasDouble && whole === BigInt.asIntN(64, whole)) {
        return isWide || whole !== BigInt.asIntN(32, whole) ? int64Value(whole) : int32Value(Number(whole));
      }
      const high = Number(whole);
      doubles.add(high);
      if (Number.isFinite(high)) doubles.add(Number(whole - BigInt(high)));
      return doubleValue(doubles.total);
    },
  };
}

/** Neumaier's sum: the part of each addend that rounding would lose is kept beside the sum. */
class CompensatedSum {
  private sum = 0;
  private lost = 0;

  add(addend: number): void {
    const next = this.sum + addend;
    const isSumGreater = Math.abs(this.sum) >= Math.abs(addend);
    if (Number.isFinite(next)) this.lost += isSumGreater ? this.sum - next + addend : addend - next + this.sum;
    this.sum = next;
  }

  get total(): number {
    return Number.isFinite(this.sum) ? this.sum + this.lost : this.sum;
  }
}
