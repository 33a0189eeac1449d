const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const FIRST_PRINTABLE = 0x20;
/** Up to this length a loop copies faster than a call. */
const SHORT = 48;

export const COMMA = 0x2c;
export const OPEN_OBJECT = 0x7b;
export const CLOSE_OBJECT = 0x7d;
export const OPEN_LIST = 0x5b;
export const CLOSE_LIST = 0x5d;

const NULL = Buffer.from("null");
const TRUE = Buffer.from("true");
const FALSE = Buffer.from("false");

/** Writes JSON in UTF-8. What was written last can be taken back. */
export class JsonWriter {
  private bytes: Buffer;
  /** The number of bytes so far. To take back what was written, set an earlier one. */
  length = 0;

  /** @param size the bytes that it probably takes. */
  constructor(size: number) {
    this.bytes = Buffer.allocUnsafe(size);
  }

  /** The bytes so far. */
  get written(): Buffer {
    return this.bytes.subarray(0, this.length);
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  null(): void {
    this.copy(NULL, 0, NULL.length);
  }

  boolean(value: boolean): void {
    const word = value ? TRUE : FALSE;
    this.copy(word, 0, word.length);
  }

  /** Writes a text that is JSON already, in ASCII. */
  ascii(json: string): void {
    this.reserve(json.length);
    for (let index = 0; index < json.length; index += 1) this.bytes[this.length++] = json.charCodeAt(index);
  }

  /** Writes a value by `JSON.stringify`, whose undefined is null here. */
  value(value: unknown): void {
    const json = JSON.stringify(value) ?? "null";
    this.reserve(3 * json.length);
    this.length += this.bytes.write(json, this.length);
  }

  /** Copies bytes that are JSON already. */
  copy(from: Uint8Array, start: number, end: number): void {
    this.reserve(end - start);
    if (end - start <= SHORT) {
      const { bytes } = this;
      let to = this.length;
      for (let at = start; at < end; at += 1) bytes[to++] = from[at]!;
    } else this.bytes.set(from.subarray(start, end), this.length);
    this.length += end - start;
  }

  /** Writes once more what stands between two places. */
  repeat(start: number, end: number): void {
    this.reserve(end - start);
    this.bytes.copyWithin(this.length, start, end);
    this.length += end - start;
  }

  /** Writes a text that is there in UTF-8. */
  text(from: Uint8Array, start: number, end: number): void {
    this.reserve(end - start + 2);
    const { bytes } = this;
    const begin = this.length;
    let to = begin;
    bytes[to++] = QUOTE;
    for (let at = start; at < end; at += 1) {
      const byte = from[at]!;
      if (byte < FIRST_PRINTABLE || byte === QUOTE || byte === BACKSLASH) {
        this.value(Buffer.from(from.buffer, from.byteOffset + start, end - start).toString());
        return;
      }
      bytes[to++] = byte;
    }
    bytes[to++] = QUOTE;
    this.length = to;
  }

  private reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.bytes.length, this.length + count));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }
}
