import { asDoubleAndRest, exactNumber } from "./compare-values.js";
import { ElementType, FieldReader, rankOf, type Value } from "./value.js";

/** Bytes that compare as the values do, each ended so that no value's bytes begin another's. */
export class KeyBytes {
  private bytes = Buffer.allocUnsafe(512);
  private at = 0;

  reset(): this {
    this.at = 0;
    return this;
  }

  taken(): Buffer {
    return Buffer.from(this.bytes.subarray(0, this.at));
  }

  /** The bytes as text, one character each: texts compare as the bytes do. */
  takenAsText(): string {
    return this.bytes.toString("latin1", 0, this.at);
  }

  /** @param descending turns the order of this value around by inverting its bytes. */
  value(value: Value, descending: boolean): void {
    const from = this.at;
    this.byte(rankOf(value.type));
    this.content(value);
    if (!descending) return;
    for (let at = from; at < this.at; at += 1) this.bytes[at] = ~this.bytes[at]! & 0xff;
  }

  private room(count: number): void {
    if (this.at + count <= this.bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.at + count));
    this.bytes.copy(grown, 0, 0, this.at);
    this.bytes = grown;
  }

  private byte(byte: number): void {
    this.room(1);
    this.bytes[this.at++] = byte;
  }

  private raw(bytes: Buffer, start: number, end: number): void {
    this.room(end - start);
    bytes.copy(this.bytes, this.at, start, end);
    this.at += end - start;
  }

  /** Text that may hold NUL: each is followed by 0xff, so that the two zeros at the end stand before any longer text. */
  private text(bytes: Buffer, start: number, end: number): void {
    this.room((end - start) * 2 + 2);
    for (let at = start; at < end; at += 1) {
      const byte = bytes[at]!;
      this.bytes[this.at++] = byte;
      if (byte === 0) this.bytes[this.at++] = 0xff;
    }
    this.bytes[this.at++] = 0;
    this.bytes[this.at++] = 0;
  }

  private content(value: Value): void {
    const { bytes, start, end } = value;
    switch (value.type) {
      case ElementType.DOUBLE:
      case ElementType.INT32:
      case ElementType.INT64:
      case ElementType.DECIMAL128:
        return this.number(value);
      case ElementType.STRING:
      case ElementType.SYMBOL:
      case ElementType.CODE:
        return this.text(bytes, start + 4, end - 1);
      case ElementType.OBJECT:
      case ElementType.ARRAY:
        return this.holder(value);
      case ElementType.BINARY:
        this.room(4);
        this.at = this.bytes.writeInt32BE(bytes.readInt32LE(start), this.at);
        return this.raw(bytes, start + 4, end);
      case ElementType.DATE:
        this.room(8);
        this.at = this.bytes.writeBigUInt64BE(BigInt.asUintN(64, bytes.readBigInt64LE(start) + 2n ** 63n), this.at);
        return;
      case ElementType.TIMESTAMP:
        this.room(8);
        this.at = this.bytes.writeBigUInt64BE(bytes.readBigUInt64LE(start), this.at);
        return;
      case ElementType.OBJECT_ID:
      case ElementType.BOOL:
        return this.raw(bytes, start, end);
      case ElementType.REGEX:
      case ElementType.DB_POINTER:
      case ElementType.CODE_WITH_SCOPE:
        return this.text(bytes, start, end);
      default:
        return;
    }
  }

  private holder(holder: Value): void {
    const fields = new FieldReader(holder);
    while (fields.next()) {
      this.byte(rankOf(fields.type));
      if (holder.isObject) this.raw(fields.bytes, fields.nameStart, fields.nameEnd + 1);
      this.content(fields.value);
    }
    this.byte(0);
  }

  /**
   * The double at or below the number in an order that bytes keep, then 15 bits of how far above it the number is
   * (int64 needs eleven) and one that says whether 14 bytes more follow, which only decimals can need.
   */
  private number(value: Value): void {
    const exact = exactNumber(value);
    this.room(24);
    if (typeof exact === "number") {
      this.double(exact);
      this.bytes[this.at++] = 0;
      this.bytes[this.at++] = 0;
      return;
    }
    const { floor, rest } = asDoubleAndRest(exact);
    this.double(floor);
    const coarse = Number(rest >> 113n);
    const fine = BigInt.asUintN(113, rest);
    this.at = this.bytes.writeUInt16BE((coarse << 1) | (fine > 0n ? 1 : 0), this.at);
    if (fine === 0n) return;
    this.at = this.bytes.writeBigUInt64BE(fine >> 49n, this.at);
    this.at = this.bytes.writeUIntBE(Number((fine >> 1n) & 0xffffffffffffn), this.at, 6);
  }

  private double(number: number): void {
    if (Number.isNaN(number)) {
      this.bytes.fill(0, this.at, this.at + 8);
      this.at += 8;
      return;
    }
    // Adding zero makes -0 the same key as 0.
    this.bytes.writeDoubleBE(number + 0, this.at);
    const negative = this.bytes[this.at]! >= 0x80;
    if (negative) for (let at = this.at; at < this.at + 8; at += 1) this.bytes[at] = ~this.bytes[at]! & 0xff;
    else this.bytes[this.at]! |= 0x80;
    this.at += 8;
  }
}

const shared = new KeyBytes();

function encoded(values: readonly Value[], descending: readonly boolean[]): KeyBytes {
  shared.reset();
  for (let at = 0; at < values.length; at += 1) shared.value(values[at]!, descending[at] ?? false);
  return shared;
}

/** The key of values under a pattern, as index entries hold it. */
export const encodeKey = (values: readonly Value[], descending: readonly boolean[]): Buffer =>
  encoded(values, descending).taken();

/** The same as text, one character for each byte. */
export const encodeKeyText = (values: readonly Value[], descending: readonly boolean[]): string =>
  encoded(values, descending).takenAsText();
