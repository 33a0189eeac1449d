import { ElementType, FieldReader, rankOf, type Value } from "./value.js";

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

/** A finite number as `numerator / denominator`: the only form in which int64, double and decimal128 all compare exactly. */
interface Ratio {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

type ExactNumber = number | bigint | Ratio;

const DECIMAL_BIAS = 6176;

/** Doubles and int32 as numbers (with NaN and the infinities), int64 as bigint, decimal128 as a ratio. */
export function exactNumber(value: Value): ExactNumber {
  const { bytes, start } = value;
  switch (value.type) {
    case ElementType.DOUBLE:
      return bytes.readDoubleLE(start);
    case ElementType.INT32:
      return bytes.readInt32LE(start);
    case ElementType.INT64: {
      const high = bytes.readInt32LE(start + 4);
      if (high >= -0x200000 && high < 0x200000) return high * 0x100000000 + bytes.readUInt32LE(start);
      return bytes.readBigInt64LE(start);
    }
    default:
      return decimalNumber(bytes, start);
  }
}

function decimalNumber(bytes: Buffer, start: number): ExactNumber {
  const high = bytes.readBigUInt64LE(start + 8);
  const negative = high >> 63n === 1n;
  const combination = Number((high >> 58n) & 0x1fn);
  if (combination === 0x1f) return Number.NaN;
  if (combination === 0x1e) return negative ? -Infinity : Infinity;
  // The second form of the encoding holds only coefficients that are out of range, which count as zero.
  if (combination >> 3 === 3) return 0;
  const exponent = Number((high >> 49n) & 0x3fffn) - DECIMAL_BIAS;
  const digits = ((high & 0x1ffffffffffffn) << 64n) | bytes.readBigUInt64LE(start);
  const coefficient = digits > 10n ** 34n - 1n ? 0n : negative ? -digits : digits;
  if (coefficient === 0n) return 0;
  const scale = 10n ** BigInt(Math.abs(exponent));
  return exponent < 0
    ? { numerator: coefficient, denominator: scale }
    : { numerator: coefficient * scale, denominator: 1n };
}

const DOUBLE = new DataView(new ArrayBuffer(8));

function ratioOf(number: ExactNumber): Ratio {
  if (typeof number === "bigint") return { numerator: number, denominator: 1n };
  if (typeof number === "object") return number;
  if (Number.isInteger(number)) return { numerator: BigInt(number), denominator: 1n };
  DOUBLE.setFloat64(0, number);
  const bits = DOUBLE.getBigUint64(0);
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const mantissa = exponent === 0 ? fraction : fraction | 0x10000000000000n;
  const numerator = bits >> 63n === 1n ? -mantissa : mantissa;
  return { numerator, denominator: 1n << BigInt(1075 - Math.max(exponent, 1)) };
}

/** By value whatever the types; NaN stands before all other numbers and equals itself. */
function compareNumbers(left: ExactNumber, right: ExactNumber): number {
  if (typeof left !== "object" && typeof right !== "object") {
    if (left < right) return -1;
    if (left > right) return 1;
    if (left == right) return 0;
    return Number(Number.isNaN(right)) - Number(Number.isNaN(left));
  }
  if (typeof left === "number" && !Number.isFinite(left)) return left === Infinity ? 1 : -1;
  if (typeof right === "number" && !Number.isFinite(right)) return right === Infinity ? -1 : 1;
  const [a, b] = [ratioOf(left), ratioOf(right)];
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** The largest double that is not above the number, and how far above it the number is, in 1/2^128 of the step to the next double. */
export function asDoubleAndRest(number: ExactNumber): { floor: number; rest: bigint } {
  if (typeof number === "number") return { floor: number, rest: 0n };
  const ratio = ratioOf(number);
  let floor = typeof number === "bigint" ? Number(number) : nearestDouble(ratio);
  if (compareNumbers(floor, number) > 0) floor = nextDouble(floor, -1);
  if (!Number.isFinite(floor)) return { floor: -Infinity, rest: 1n };
  const above = nextDouble(floor, 1);
  if (!Number.isFinite(above)) return { floor, rest: compareNumbers(floor, number) === 0 ? 0n : 1n };
  const [low, high] = [ratioOf(floor), ratioOf(above)];
  const distance = ratio.numerator * low.denominator - low.numerator * ratio.denominator;
  const step = high.numerator * low.denominator - low.numerator * high.denominator;
  const restNumerator = distance * low.denominator * high.denominator;
  const restDenominator = ratio.denominator * low.denominator * step;
  return { floor, rest: (restNumerator << 128n) / restDenominator };
}

function nearestDouble({ numerator, denominator }: Ratio): number {
  const negative = numerator < 0n;
  const size = negative ? -numerator : numerator;
  // 64 bits of quotient carry more than a double's 53.
  const shift = BigInt(64 - (size.toString(2).length - denominator.toString(2).length));
  const quotient = shift >= 0n ? (size << shift) / denominator : size / (denominator << -shift);
  // In two steps, since 2 to the power of -shift alone may overflow though the product does not.
  const half = Number(-shift) / 2;
  const double = Number(quotient) * 2 ** Math.floor(half) * 2 ** Math.ceil(half);
  return negative ? -double : double;
}

function nextDouble(from: number, direction: 1 | -1): number {
  if (from === 0) return direction * Number.MIN_VALUE;
  DOUBLE.setFloat64(0, from);
  const step = from > 0 === direction > 0 ? 1n : -1n;
  DOUBLE.setBigUint64(0, DOUBLE.getBigUint64(0) + step);
  return DOUBLE.getFloat64(0);
}

export const NUMERIC: readonly number[] = [
  ElementType.DOUBLE,
  ElementType.INT32,
  ElementType.INT64,
  ElementType.DECIMAL128,
];

export const isNumber = ({ type }: Value): boolean => NUMERIC.includes(type);

/** Zero, false, null and undefined are no truths; all else is one, NaN and empty text included. */
export function isTruthy(value: Value): boolean {
  if (value.type === ElementType.BOOL) return value.bytes[value.start] === 1;
  if (isNumber(value)) return exactNumber(value) !== 0;
  return value.type !== ElementType.NULL && value.type !== ElementType.UNDEFINED;
}
