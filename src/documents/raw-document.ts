import { BSONType, deserialize } from "bson";

/** The bytes before the elements of a document: its length. */
export const HEADER_BYTES = 4;

/** As it stands before an element; bson has it with a sign. */
const MIN_KEY = BSONType.minKey & 0xff;

/** Bytes of values of a fixed size, by type. */
const FIXED_BYTES = new Map<number, number>([
  [BSONType.double, 8],
  [BSONType.undefined, 0],
  [BSONType.objectId, 12],
  [BSONType.bool, 1],
  [BSONType.date, 8],
  [BSONType.null, 0],
  [BSONType.int, 4],
  [BSONType.timestamp, 8],
  [BSONType.long, 8],
  [BSONType.decimal, 16],
  [BSONType.maxKey, 0],
  [MIN_KEY, 0],
]);

/** Returns the 32-bit number at a place. */
export const int32At = (bytes: Uint8Array, at: number): number =>
  bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);

/** Returns the length in bytes at a place. @throws Error if it does not fit into the bytes. */
export function lengthAt(bytes: Uint8Array, at: number): number {
  const length = int32At(bytes, at);
  if (!(length >= 0 && at + length <= bytes.length)) throw new Error("The store sent a damaged document.");
  return length;
}

/** Returns the end of the key that begins at a place: its zero byte. */
export function keyEnd(bytes: Uint8Array, at: number): number {
  let end = at;
  while (end < bytes.length && bytes[end] !== 0) end += 1;
  return end;
}

/** Returns the end of the value of a type that begins at a place. @throws Error for a type that BSON has not. */
export function valueEnd(bytes: Uint8Array, type: number, at: number): number {
  if (type === BSONType.string) return at + HEADER_BYTES + lengthAt(bytes, at);
  if (type === BSONType.object || type === BSONType.array) return at + Math.max(HEADER_BYTES, lengthAt(bytes, at));
  const size = FIXED_BYTES.get(type);
  if (size !== undefined) return at + size;
  if (type === BSONType.binData) return at + HEADER_BYTES + 1 + lengthAt(bytes, at);
  if (type === BSONType.javascript || type === BSONType.symbol) return at + HEADER_BYTES + lengthAt(bytes, at);
  if (type === BSONType.dbPointer) return at + HEADER_BYTES + lengthAt(bytes, at) + 12;
  if (type === BSONType.javascriptWithScope) return at + Math.max(HEADER_BYTES, lengthAt(bytes, at));
  if (type === BSONType.regex) return keyEnd(bytes, keyEnd(bytes, at) + 1) + 1;
  throw new Error(`The store sent a value of the type ${type}, which BSON has not.`);
}

/** Returns the place after the last element of a document. */
export const documentEnd = (bytes: Uint8Array, start: number): number => start + lengthAt(bytes, start) - 1;

/** Returns the text of a string value. */
const textAt = (bytes: Uint8Array, at: number): string =>
  utf8Slice.call(bytes, at + HEADER_BYTES, at + HEADER_BYTES + lengthAt(bytes, at) - 1);

/** Decodes without a view of the bytes, which would take more memory than most texts. */
const { utf8Slice } = Buffer.prototype as unknown as {
  utf8Slice(this: Uint8Array, start: number, end: number): string;
};

/** Returns the value of an element, as the driver would. @param element the place of its type. */
export function decodeElement(bytes: Uint8Array, element: number): unknown {
  const key = element + 1;
  const value = keyEnd(bytes, key) + 1;
  const type = bytes[element]!;
  if (type === BSONType.string) return textAt(bytes, value);
  if (type === BSONType.int) return int32At(bytes, value);
  if (type === BSONType.bool) return bytes[value] === 1;
  if (type === BSONType.null) return null;
  const end = valueEnd(bytes, type, value);
  // A document with this one element, whose key is empty.
  const alone = Buffer.alloc(HEADER_BYTES + 2 + (end - value) + 1);
  alone.writeInt32LE(alone.length, 0);
  alone[HEADER_BYTES] = type;
  alone.set(bytes.subarray(value, end), HEADER_BYTES + 2);
  return deserialize(alone)[""];
}

/**
 * A document as the store sent it, in BSON. It becomes an object only if somebody asks for one: most answers need a few
 * of its values, and these can be written from the bytes.
 */
export class RawDocument {
  private object: object | undefined;

  /** @param start the place of the document in the bytes. */
  constructor(
    readonly bytes: Uint8Array,
    readonly start: number,
  ) {}

  /** The whole document as an object, as the driver would give it; always the same one. */
  get decoded(): object {
    this.object ??= deserialize(this.bytes.subarray(this.start, this.start + lengthAt(this.bytes, this.start)));
    return this.object;
  }

  /** Returns the value of a field; undefined if there is none. */
  get(name: string): unknown {
    const element = this.elementOf(name);
    return element === -1 ? undefined : decodeElement(this.bytes, element);
  }

  /** Returns the documents of a field with a list; none if there is no such list. */
  documents(name: string): RawDocument[] {
    const element = this.elementOf(name);
    if (element === -1 || this.bytes[element] !== BSONType.array) return [];
    return partsIn(this.bytes, keyEnd(this.bytes, element + 1) + 1).filter((each) => each instanceof RawDocument);
  }

  /** Returns the place of the type of a field's element; -1 if there is none. */
  elementOf(name: string): number {
    const { bytes } = this;
    const key = keyBytes(name);
    const end = documentEnd(bytes, this.start);
    let at = this.start + HEADER_BYTES;
    while (at < end) {
      if (isKeyAt(bytes, at + 1, key)) return at;
      at = elementEnd(bytes, at);
    }
    return -1;
  }

  get _id(): string {
    return this.get("_id") as string;
  }

  get key(): string {
    return this.get("key") as string;
  }

  get seq(): number | undefined {
    return this.get("seq") as number | undefined;
  }
}

/** The bytes of keys that were asked for: the names of stored fields, which are few. */
const knownKeys = new Map<string, Uint8Array>();

function keyBytes(name: string): Uint8Array {
  const known = knownKeys.get(name) ?? Buffer.from(name);
  knownKeys.set(name, known);
  return known;
}

/** True if a key stands at a place, with its zero byte. */
export function isKeyAt(bytes: Uint8Array, at: number, key: Uint8Array): boolean {
  for (let index = 0; index < key.length; index += 1) if (bytes[at + index] !== key[index]) return false;
  return bytes[at + key.length] === 0;
}

/** Returns the value of an element as the driver would, but documents in the store's bytes, also those in lists. */
export function partAt(bytes: Uint8Array, element: number): unknown {
  const value = keyEnd(bytes, element + 1) + 1;
  if (bytes[element] === BSONType.object) return new RawDocument(bytes, value);
  return bytes[element] === BSONType.array ? partsIn(bytes, value) : decodeElement(bytes, element);
}

/** Returns the same of each element of an array. @param start the place of the array. */
function partsIn(bytes: Uint8Array, start: number): unknown[] {
  // Counted before: an array that grows takes room for sixteen values more.
  const parts: unknown[] = new Array(elementsIn(bytes, start));
  let at = start + HEADER_BYTES;
  for (let index = 0; index < parts.length; index += 1) {
    parts[index] = partAt(bytes, at);
    at = elementEnd(bytes, at);
  }
  return parts;
}

function elementsIn(bytes: Uint8Array, start: number): number {
  let count = 0;
  const end = documentEnd(bytes, start);
  for (let at = start + HEADER_BYTES; at < end; at = elementEnd(bytes, at)) count += 1;
  return count;
}

const elementEnd = (bytes: Uint8Array, at: number): number => valueEnd(bytes, bytes[at]!, keyEnd(bytes, at + 1) + 1);

/** Returns a value as an object, if it is a document. */
export const plain = <T>(value: T): T => (value instanceof RawDocument ? (value.decoded as T) : value);
