import type { Value } from "../bson/value.js";
import type { Engine } from "../engine/engine.js";
import { insertEvent } from "./change-event.js";
import { readInserts, type Reading } from "./read-inserts.js";

export interface ToldInsert {
  readonly record: number;
  readonly event: Value;
}

export interface ToldPortion {
  readonly inserts: readonly ToldInsert[];
  /** All inserts up to this number are in the portion or before it. */
  readonly through: number;
  readonly isLast: boolean;
}

/** Watchers that have seen all so far ask for the same inserts when they are woken: these are read and put into words once. */
export class RecentInserts {
  private last: { readonly reading: Reading; readonly portion: ToldPortion } | undefined;

  constructor(private readonly engine: Engine) {}

  after(reading: Reading): ToldPortion {
    if (this.last && isSame(this.last.reading, reading)) return this.last.portion;
    const { inserts, through, isLast } = readInserts(this.engine, reading);
    const told = inserts.map((insert) => ({
      record: insert.record,
      event: insertEvent(reading.watched, insert),
    }));
    const portion = { inserts: told, through, isLast };
    if (isLast) this.last = { reading, portion };
    return portion;
  }
}

const isSame = (one: Reading, other: Reading): boolean =>
  one.space === other.space &&
  one.watched === other.watched &&
  one.after === other.after &&
  one.until === other.until &&
  one.settled === other.settled;
