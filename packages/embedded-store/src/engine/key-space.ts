import type { Value } from "../bson/value.js";
import type { IndexDefinition } from "../indexes/index-definition.js";
import type { Engine, KeyRange } from "./engine.js";

/** The first four bytes of every key say whose it is: the catalog's, a collection's documents, an index's entries. */
export function inSpace(space: number, ...parts: readonly Buffer[]): Buffer {
  const prefix = Buffer.allocUnsafe(4);
  prefix.writeUInt32BE(space);
  return Buffer.concat([prefix, ...parts]);
}

export const wholeSpace = (space: number): KeyRange => ({ lower: inSpace(space), upper: inSpace(space + 1) });

export function documentKey(space: number, record: number): Buffer {
  const key = Buffer.allocUnsafe(10);
  key.writeUInt32BE(space);
  key.writeUIntBE(record, 4, 6);
  return key;
}

export const recordOfDocumentKey = (key: Buffer): number => readRecord(key, 4);

/** A unique index has one document under a key and names it in the value; the others' keys end in its number. */
export function entryKey(index: IndexDefinition, key: Buffer, record: number): Buffer {
  return index.options.unique ? inSpace(index.space, key) : inSpace(index.space, key, entryValue(record));
}

export function entryValue(record: number): Buffer {
  const bytes = Buffer.allocUnsafe(6);
  bytes.writeUIntBE(record, 0, 6);
  return bytes;
}

export const recordOfValue = (value: Value): number => readRecord(value.bytes, value.start);

export const recordOfEntryKey = (key: Buffer): number => readRecord(key, key.length - 6);

function readRecord(bytes: Uint8Array, at: number): number {
  const high = bytes[at]! * 0x100 + bytes[at + 1]!;
  return (
    high * 0x100000000 +
    (bytes[at + 2]! * 0x1000000 + bytes[at + 3]! * 0x10000 + bytes[at + 4]! * 0x100 + bytes[at + 5]!)
  );
}

export function lastRecord(engine: Engine, space: number): number {
  for (const { key } of engine.entries(wholeSpace(space), true, false)) return recordOfDocumentKey(key);
  return 0;
}
