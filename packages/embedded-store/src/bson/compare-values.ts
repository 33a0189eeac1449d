import { ElementType, rankOf } from "./element-type.js";
import { compareNumbers, exactNumber } from "./exact-number.js";
import { FieldReader, type Value } from "./value.js";

/** BSON's order: the rank of the type first, then the value. */
export function compareValues(left: Value, right: Value): number {
  const byRank = rankOf(left.type) - rankOf(right.type);
  return byRank === 0 ? compareAlike(left, right) : byRank;
}

export const sameValue = (left: Value, right: Value): boolean => compareValues(left, right) === 0;

function compareAlike(left: Value, right: Value): number {
  switch (left.type) {
    case ElementType.DOUBLE:
    case ElementType.INT32:
    case ElementType.INT64:
    case ElementType.DECIMAL128:
      return compareNumbers(exactNumber(left), exactNumber(right));
    case ElementType.STRING:
    case ElementType.SYMBOL:
    case ElementType.CODE:
      return compareBytes(left, 4, right, 4);
    case ElementType.OBJECT:
      return compareHolders(left, right, true);
    case ElementType.ARRAY:
      return compareHolders(left, right, false);
    case ElementType.BINARY:
      return (
        left.bytes.readInt32LE(left.start) - right.bytes.readInt32LE(right.start) || compareBytes(left, 4, right, 4)
      );
    case ElementType.DATE:
      return sign(left.bytes.readBigInt64LE(left.start) - right.bytes.readBigInt64LE(right.start));
    case ElementType.TIMESTAMP:
      return sign(left.bytes.readBigUInt64LE(left.start) - right.bytes.readBigUInt64LE(right.start));
    default:
      return compareBytes(left, 0, right, 0);
  }
}

const sign = (difference: bigint): number => (difference < 0n ? -1 : difference > 0n ? 1 : 0);

function compareBytes(left: Value, leftSkip: number, right: Value, rightSkip: number): number {
  return left.bytes.compare(right.bytes, right.start + rightSkip, right.end, left.start + leftSkip, left.end);
}

function compareHolders(left: Value, right: Value, named: boolean): number {
  const [a, b] = [new FieldReader(left), new FieldReader(right)];
  for (;;) {
    const [more, another] = [a.next(), b.next()];
    if (!more || !another) return Number(more) - Number(another);
    const order =
      rankOf(a.type) - rankOf(b.type) ||
      (named ? a.bytes.compare(b.bytes, b.nameStart, b.nameEnd, a.nameStart, a.nameEnd) : 0) ||
      compareAlike(a.value, b.value);
    if (order !== 0) return order;
  }
}
