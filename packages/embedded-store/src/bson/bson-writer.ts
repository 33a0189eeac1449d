import { ElementType } from "./element-type.js";
import type { Value } from "./value.js";

/** Writes BSON into one growing buffer, copying values as they are. */
export class BsonWriter {
  private bytes: Buffer;
  private at = 0;

  constructor(expected = 256) {
    this.bytes = Buffer.allocUnsafe(expected);
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
    const length = Buffer.byteLength(name);
    this.room(length + 2);
    this.bytes[this.at++] = type;
    this.at += this.bytes.write(name, this.at);
    this.bytes[this.at++] = 0;
  }

  value(name: string, value: Value): void {
    this.header(value.type, name);
    this.raw(value.bytes, value.start, value.end);
  }

  raw(bytes: Buffer, start = 0, end = bytes.length): void {
    this.room(end - start);
    bytes.copy(this.bytes, this.at, start, end);
    this.at += end - start;
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
