import { exactNumber } from "./compare-values.js";
import { ElementType, fieldsOf, stringOf, typeName, Value } from "./value.js";

const ZERO = 0x30;
const LAST_ASCII = 0x7f;
/** So many bytes are copied faster by a loop than by Node's own `copy`. */
const FEW = 64;

/** Writes BSON into one growing buffer, copying values as they are. */
export class BsonWriter {
  private bytes: Buffer;
  private at = 0;

  /** @param room the number of bytes that are expected, or a buffer to write into as long as it has room */
  constructor(room: number | Buffer = 256) {
    this.bytes = typeof room === "number" ? Buffer.allocUnsafe(room) : room;
  }

  /** The buffer that is written into, which is another one after it has grown. */
  get buffer(): Buffer {
    return this.bytes;
  }

  get length(): number {
    return this.at;
  }

  private room(count: number): void {
    if (this.at + count <= this.bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.at + count));
    this.bytes.copy(grown, 0, 0, this.at);
    this.bytes = grown;
  }

  /** @returns what `end` needs to know. */
  begin(): number {
    this.room(4);
    this.at += 4;
    return this.at - 4;
  }

  end(begun: number): void {
    this.room(1);
    this.bytes[this.at++] = 0;
    this.bytes.writeInt32LE(this.at - begun, begun);
  }

  beginField(type: number, name: string): number {
    this.header(type, name);
    return this.begin();
  }

  private header(type: number, name: string): void {
    this.room(name.length * 3 + 2);
    this.bytes[this.at++] = type;
    this.text(name);
    this.bytes[this.at++] = 0;
  }

  /** The type and the name of an array's element; its value is to follow. */
  elementHeader(type: number, index: number): void {
    if (index > 9) return this.header(type, String(index));
    this.room(3);
    this.bytes[this.at++] = type;
    this.bytes[this.at++] = ZERO + index;
    this.bytes[this.at++] = 0;
  }

  /** Names are short, and mostly ASCII: Node's own `write` takes longer to begin than the loop to end. */
  private text(name: string): void {
    for (let at = 0; at < name.length; at += 1) {
      const code = name.charCodeAt(at);
      if (code > LAST_ASCII) {
        this.at += this.bytes.write(name.slice(at), this.at);
        return;
      }
      this.bytes[this.at++] = code;
    }
  }

  value(name: string, value: Value): void {
    this.header(value.type, name);
    this.raw(value.bytes, value.start, value.end);
  }

  element(index: number, value: Value): void {
    this.elementHeader(value.type, index);
    this.raw(value.bytes, value.start, value.end);
  }

  raw(bytes: Buffer, start = 0, end = bytes.length): void {
    const length = end - start;
    this.room(length);
    if (length > FEW) bytes.copy(this.bytes, this.at, start, end);
    else for (let at = 0; at < length; at += 1) this.bytes[this.at + at] = bytes[start + at]!;
    this.at += length;
  }

  /** Takes back what was written after the writer had this length. */
  cutTo(length: number): void {
    this.at = length;
  }

  document(name: string, bytes: Buffer): void {
    this.header(ElementType.OBJECT, name);
    this.raw(bytes);
  }

  string(name: string, text: string): void {
    this.header(ElementType.STRING, name);
    const length = Buffer.byteLength(text);
    this.room(length + 5);
    this.bytes.writeInt32LE(length + 1, this.at);
    this.bytes.write(text, this.at + 4);
    this.at += length + 5;
    this.bytes[this.at - 1] = 0;
  }

  int32(name: string, number: number): void {
    this.header(ElementType.INT32, name);
    this.room(4);
    this.at = this.bytes.writeInt32LE(number, this.at);
  }

  int64(name: string, number: bigint): void {
    this.header(ElementType.INT64, name);
    this.room(8);
    this.at = this.bytes.writeBigInt64LE(number, this.at);
  }

  double(name: string, number: number): void {
    this.header(ElementType.DOUBLE, name);
    this.room(8);
    this.at = this.bytes.writeDoubleLE(number, this.at);
  }

  bool(name: string, truth: boolean): void {
    this.header(ElementType.BOOL, name);
    this.room(1);
    this.bytes[this.at++] = truth ? 1 : 0;
  }

  null(name: string): void {
    this.header(ElementType.NULL, name);
  }

  finished(): Buffer {
    return this.bytes.subarray(0, this.at);
  }
}

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

const TRUE_VALUE = new Value(ElementType.BOOL, Buffer.from([1]), 0, 1);
const FALSE_VALUE = new Value(ElementType.BOOL, Buffer.from([0]), 0, 1);

export const boolValue = (truth: boolean): Value => (truth ? TRUE_VALUE : FALSE_VALUE);

export function stringValue(text: string): Value {
  const length = Buffer.byteLength(text);
  const bytes = Buffer.allocUnsafe(length + 5);
  bytes.writeInt32LE(length + 1);
  bytes.write(text, 4);
  bytes[length + 4] = 0;
  return new Value(ElementType.STRING, bytes, 0, length + 5);
}

export function arrayValue(values: readonly Value[]): Value {
  return written(ElementType.ARRAY, (writer) => values.forEach((value, at) => writer.element(at, value)));
}

/** @param fields in their order; what is undefined is left out. */
export function objectValue(fields: Iterable<readonly [string, Value | undefined]>): Value {
  return written(ElementType.OBJECT, (writer) => {
    for (const [name, value] of fields) if (value) writer.value(name, value);
  });
}

function written(type: number, write: (writer: BsonWriter) => void): Value {
  const writer = new BsonWriter();
  const begun = writer.begin();
  write(writer);
  writer.end(begun);
  const bytes = writer.finished();
  return new Value(type, bytes, 0, bytes.length);
}

/** A value as MongoDB shows it in its messages. */
export function printValue(value: Value): string {
  const { bytes, start, end } = value;
  switch (value.type) {
    case ElementType.STRING:
      return JSON.stringify(stringOf(value));
    case ElementType.INT32:
    case ElementType.INT64:
      return String(exactNumber(value));
    case ElementType.DOUBLE: {
      const number = bytes.readDoubleLE(start);
      return Number.isInteger(number) ? `${number}.0` : String(number);
    }
    case ElementType.BOOL:
      return bytes[start] === 1 ? "true" : "false";
    case ElementType.NULL:
    case ElementType.UNDEFINED:
      return typeName(value.type);
    case ElementType.OBJECT_ID:
      return `ObjectId('${bytes.toString("hex", start, end)}')`;
    case ElementType.DATE:
      return `new Date(${bytes.readBigInt64LE(start)})`;
    case ElementType.OBJECT:
      return `{ ${[...fieldsOf(value)].map(([name, inner]) => `${name}: ${printValue(inner)}`).join(", ")} }`;
    case ElementType.ARRAY:
      return `[ ${[...fieldsOf(value)].map(([, inner]) => printValue(inner)).join(", ")} ]`;
    case ElementType.BINARY:
      return `BinData(${bytes[start + 4]}, ${bytes.toString("hex", start + 5, end).toUpperCase()})`;
    default:
      return typeName(value.type);
  }
}
