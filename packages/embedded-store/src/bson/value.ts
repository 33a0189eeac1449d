/** BSON's type codes, as they stand before each field. */
export const ElementType = {
  DOUBLE: 0x01,
  STRING: 0x02,
  OBJECT: 0x03,
  ARRAY: 0x04,
  BINARY: 0x05,
  UNDEFINED: 0x06,
  OBJECT_ID: 0x07,
  BOOL: 0x08,
  DATE: 0x09,
  NULL: 0x0a,
  REGEX: 0x0b,
  DB_POINTER: 0x0c,
  CODE: 0x0d,
  SYMBOL: 0x0e,
  CODE_WITH_SCOPE: 0x0f,
  INT32: 0x10,
  TIMESTAMP: 0x11,
  INT64: 0x12,
  DECIMAL128: 0x13,
  MIN_KEY: 0xff,
  MAX_KEY: 0x7f,
} as const;

const RANKS: Readonly<Record<number, number>> = {
  [ElementType.MIN_KEY]: 1,
  [ElementType.UNDEFINED]: 2,
  [ElementType.NULL]: 5,
  [ElementType.DOUBLE]: 10,
  [ElementType.INT32]: 10,
  [ElementType.INT64]: 10,
  [ElementType.DECIMAL128]: 10,
  [ElementType.STRING]: 15,
  [ElementType.SYMBOL]: 15,
  [ElementType.OBJECT]: 20,
  [ElementType.ARRAY]: 25,
  [ElementType.BINARY]: 30,
  [ElementType.OBJECT_ID]: 35,
  [ElementType.BOOL]: 40,
  [ElementType.DATE]: 45,
  [ElementType.TIMESTAMP]: 47,
  [ElementType.REGEX]: 50,
  [ElementType.DB_POINTER]: 55,
  [ElementType.CODE]: 60,
  [ElementType.CODE_WITH_SCOPE]: 65,
  [ElementType.MAX_KEY]: 127,
};

const RANK_OF = Uint8Array.from({ length: 256 }, (_, type) => RANKS[type] ?? 0);

/** The place of a type in BSON's order of comparison; types of one rank compare by value. */
export const rankOf = (type: number): number => RANK_OF[type]!;

/** Their names in `$type` and in error messages. */
export const TYPE_NAMES: Readonly<Record<string, number>> = {
  double: ElementType.DOUBLE,
  string: ElementType.STRING,
  object: ElementType.OBJECT,
  array: ElementType.ARRAY,
  binData: ElementType.BINARY,
  undefined: ElementType.UNDEFINED,
  objectId: ElementType.OBJECT_ID,
  bool: ElementType.BOOL,
  date: ElementType.DATE,
  null: ElementType.NULL,
  regex: ElementType.REGEX,
  dbPointer: ElementType.DB_POINTER,
  javascript: ElementType.CODE,
  symbol: ElementType.SYMBOL,
  javascriptWithScope: ElementType.CODE_WITH_SCOPE,
  int: ElementType.INT32,
  timestamp: ElementType.TIMESTAMP,
  long: ElementType.INT64,
  decimal: ElementType.DECIMAL128,
  minKey: ElementType.MIN_KEY,
  maxKey: ElementType.MAX_KEY,
};

const NAME_OF = new Map(Object.entries(TYPE_NAMES).map(([name, type]) => [type, name]));

export const typeName = (type: number): string => NAME_OF.get(type) ?? `type ${type}`;

/** A value where it lies in BSON bytes: never decoded, so that its exact type and bytes survive whatever we do with it. */
export class Value {
  constructor(
    readonly type: number,
    readonly bytes: Buffer,
    readonly start: number,
    readonly end: number,
  ) {}

  get isObject(): boolean {
    return this.type === ElementType.OBJECT;
  }

  get isArray(): boolean {
    return this.type === ElementType.ARRAY;
  }

  /** A value that outlives the buffer it was read from. */
  copied(): Value {
    const length = this.end - this.start;
    const own = Buffer.allocUnsafe(length);
    this.bytes.copy(own, 0, this.start, this.end);
    return new Value(this.type, own, 0, length);
  }
}

const NOTHING = Buffer.alloc(0);

export const NULL_VALUE = new Value(ElementType.NULL, NOTHING, 0, 0);
export const UNDEFINED_VALUE = new Value(ElementType.UNDEFINED, NOTHING, 0, 0);

export const documentValue = (bytes: Buffer): Value => new Value(ElementType.OBJECT, bytes, 0, bytes.length);

/** Bytes that make no BSON: of a message that was not written so, or of a document that the disk has damaged. */
export class MalformedBson extends Error {}

/** Reads as `readInt32LE` does, without its checks. Bytes beyond the buffer count as zero. */
export const int32At = (bytes: Buffer, at: number): number =>
  bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);

/** The end of the value that starts at `at`, by what its bytes say. The caller checks that it lies within its holder. */
function endOfValue(type: number, bytes: Buffer, at: number): number {
  switch (type) {
    case ElementType.DOUBLE:
    case ElementType.DATE:
    case ElementType.TIMESTAMP:
    case ElementType.INT64:
      return at + 8;
    case ElementType.STRING:
    case ElementType.CODE:
    case ElementType.SYMBOL:
      return at + 4 + int32At(bytes, at);
    case ElementType.OBJECT:
    case ElementType.ARRAY:
    case ElementType.CODE_WITH_SCOPE:
      return at + int32At(bytes, at);
    case ElementType.BINARY:
      return at + 5 + int32At(bytes, at);
    case ElementType.OBJECT_ID:
      return at + 12;
    case ElementType.BOOL:
      return at + 1;
    case ElementType.REGEX:
      return bytes.indexOf(0, bytes.indexOf(0, at) + 1) + 1;
    case ElementType.DB_POINTER:
      return at + 4 + int32At(bytes, at) + 12;
    case ElementType.INT32:
      return at + 4;
    case ElementType.DECIMAL128:
      return at + 16;
    default:
      return at;
  }
}

/** Walks the fields of an object or the elements of an array; the getters speak of the one it stands at. */
export class FieldReader {
  type = 0;
  nameStart = 0;
  nameEnd = 0;
  valueStart = 0;
  valueEnd: number;
  readonly bytes: Buffer;
  /** The place of the zero that ends the holder. */
  private readonly limit: number;

  constructor(holder: Value) {
    this.bytes = holder.bytes;
    this.valueEnd = holder.start + 4;
    this.limit = holder.end - 1;
  }

  /** @returns false behind the last field. @throws MalformedBson for a field that does not end within the holder. */
  next(): boolean {
    const { bytes, limit } = this;
    const at = this.valueEnd;
    if (at >= limit) return false;
    this.type = bytes[at]!;
    let end = at + 1;
    while (end < limit && bytes[end] !== 0) end += 1;
    this.nameStart = at + 1;
    this.nameEnd = end;
    this.valueStart = end + 1;
    this.valueEnd = endOfValue(this.type, bytes, end + 1);
    if (this.valueEnd > limit || this.valueEnd <= end)
      throw new MalformedBson("a field does not end within its holder");
    return true;
  }

  /** The place of the type of the field, before its name. */
  get start(): number {
    return this.nameStart - 1;
  }

  get name(): string {
    return this.bytes.toString("utf8", this.nameStart, this.nameEnd);
  }

  get value(): Value {
    return new Value(this.type, this.bytes, this.valueStart, this.valueEnd);
  }

  /** True if both stand at fields with the same name and the same bytes. */
  isLike(other: FieldReader): boolean {
    return this.bytes.compare(other.bytes, other.start, other.valueEnd, this.start, this.valueEnd) === 0;
  }

  nameIs(name: Buffer): boolean {
    if (this.nameEnd - this.nameStart !== name.length) return false;
    for (let at = 0; at < name.length; at += 1) {
      if (this.bytes[this.nameStart + at] !== name[at]) return false;
    }
    return true;
  }
}

export function fieldOf(holder: Value, name: Buffer): Value | undefined {
  const fields = new FieldReader(holder);
  while (fields.next()) {
    if (fields.nameIs(name)) return fields.value;
  }
  return undefined;
}

export function* fieldsOf(holder: Value): Generator<[name: string, value: Value]> {
  const fields = new FieldReader(holder);
  while (fields.next()) yield [fields.name, fields.value];
}

export function elementsOf(array: Value): Value[] {
  const elements: Value[] = [];
  const fields = new FieldReader(array);
  while (fields.next()) elements.push(fields.value);
  return elements;
}

export const isEmpty = (holder: Value): boolean => holder.bytes[holder.start + 4] === 0;

export const stringOf = (value: Value): string => value.bytes.toString("utf8", value.start + 4, value.end - 1);

export function sameBytes(left: Value, right: Value): boolean {
  const length = left.end - left.start;
  if (left.type !== right.type || length !== right.end - right.start) return false;
  for (let at = 0; at < length; at += 1)
    if (left.bytes[left.start + at] !== right.bytes[right.start + at]) return false;
  return true;
}
