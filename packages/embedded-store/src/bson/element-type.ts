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

/** Where a type stands in BSON's order of comparison; types of one rank compare by value. */
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
