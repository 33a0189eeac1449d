import type { Value } from "../bson/value.js";
import type { Engine, KeyRange } from "./engine.js";

/** The first four bytes of every key say whose it is: the catalog's, a collection's documents, an index's entries. */
export function inSpace(space: number, ...parts: readonly Buffer[]): Buffer {
  let length = 4;
  for (const part of parts) length += part.length;
  const key = Buffer.allocUnsafe(length);
  let at = key.writeUInt32BE(space);
  for (const part of parts) {
    key.set(part, at);
    at += part.length;
  }
  return key;
}

export const wholeSpace = (space: number): KeyRange => ({ lower: inSpace(space), upper: inSpace(space + 1) });

export function documentKey(space: number, record: number): Buffer {
  const key = Buffer.allocUnsafe(10);
  key.writeUInt32BE(space);
  setRecord(key, record);
  return key;
}

/** Turns the key of a document into that of another one in the same space. */
export function setRecord(key: Buffer, record: number): void {
  key.writeUIntBE(record, 4, 6);
}

export const recordOfDocumentKey = (key: Buffer): number => readRecord(key, 4);

/** The part of an index that its entries depend on. */
interface EntrySpace {
  readonly space: number;
  readonly options: { readonly unique: boolean };
}

/** A unique index has one document under a key and names it in the value; the others' keys end in its number. */
export function entryKey(index: EntrySpace, key: Buffer, record: number): Buffer {
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

const RESERVED = inSpace(0, Buffer.from("t"));
/** Record numbers have 48 bits: a millisecond's room, counted from here, lasts until 2089. */
const EPOCH = Date.UTC(2020, 0, 1);
const ROOM = 128;
const PER_SECOND = ROOM * 1000;
const LARGEST = 2 ** 48 - 1;

/**
 * Gives every inserted document of the store its number. Numbers rise over all collections in the order of the writes,
 * none is given twice, not after a restart nor a deletion, and each tells when it was given: they are the positions and
 * the times of change streams. In a burst, or after the system's clock went back, they run ahead of that clock.
 */
export class RecordClock {
  /** The last number given. */
  last: number;
  private reserved: number;

  constructor(private readonly engine: Engine) {
    this.last = this.reserved = this.stored();
  }

  /** Only within a job. */
  next(): number {
    this.last = Math.max(this.last + 1, Math.min((Date.now() - EPOCH) * ROOM, LARGEST));
    // A second's numbers are taken from the disk at once, so that most writes need not note theirs.
    if (this.last > this.reserved) {
      this.reserved = this.last + PER_SECOND;
      this.engine.put(RESERVED, reservation(this.reserved));
    }
    return this.last;
  }

  /** After a batch that was not written. */
  forget(): void {
    this.reserved = this.stored();
  }

  private stored(): number {
    return this.engine.bytes(RESERVED)?.readUIntBE(0, 6) ?? 0;
  }
}

function reservation(record: number): Buffer {
  const bytes = Buffer.allocUnsafe(6);
  bytes.writeUIntBE(record, 0, 6);
  return bytes;
}

/** When the number was given, in milliseconds. */
export const wallTimeOf = (record: number): number => EPOCH + Math.floor(record / ROOM);

/** As BSON's timestamp: seconds, and a count within the second that begins at 1. */
export const timestampOf = (record: number): bigint =>
  (BigInt(EPOCH / 1000 + Math.floor(record / PER_SECOND)) << 32n) | BigInt((record % PER_SECOND) + 1);

/** The number that a timestamp stands for, or that its moment would begin with. */
export function recordAt(timestamp: bigint): number {
  const [seconds, count] = [Number(timestamp >> 32n), Number(timestamp & 0xffff_ffffn)];
  const within = Math.min(Math.max(count, 1), PER_SECOND) - 1;
  return Math.min(Math.max((seconds - EPOCH / 1000) * PER_SECOND + within, 0), LARGEST);
}
