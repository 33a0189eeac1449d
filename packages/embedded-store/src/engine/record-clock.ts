import { inSpace } from "./key-space.js";
import type { Engine } from "./engine.js";

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
