import type { Value } from "../bson/value.js";
import type { Engine } from "../engine/engine.js";
import { documentKey, recordOfDocumentKey, wholeSpace } from "../engine/key-space.js";
import type { Watched } from "./watched.js";

/** One look holds the store up no longer than these. */
const MOST = 224;
const MOST_BYTES = 1024 * 1024;

export interface Insert {
  readonly record: number;
  /** As it was inserted, with bytes of its own. */
  readonly document: Value;
}

export interface Portion {
  readonly inserts: readonly Insert[];
  /** All inserts up to this number are in the portion or before it. */
  readonly through: number;
  readonly isLast: boolean;
}

export interface Reading {
  /** Where the collection's documents are. */
  readonly space: number;
  readonly watched: Watched;
  readonly after: number;
  /** The last number that can be the collection's, where it was dropped. */
  readonly until: number | undefined;
  /** The last number of what has been written to the disk. */
  readonly settled: number;
}

/** What was inserted after a number, in order. Outside of jobs. */
export function readInserts(engine: Engine, { space, watched, after, until, settled }: Reading): Portion {
  const present = collect(engine, space, after, until);
  const portion = { ...present, through: reached(present, Math.max(settled, after)) };
  if (!watched.hasOriginalsAfter(after)) return portion;
  // The copies are read last: whatever changes or goes in between has been put aside before.
  return withOriginals(portion, collect(engine, watched.originals, after, until));
}

interface Collected {
  readonly inserts: Insert[];
  readonly isLast: boolean;
}

function collect(engine: Engine, space: number, after: number, until: number | undefined): Collected {
  const upper = until === undefined ? wholeSpace(space).upper : documentKey(space, until);
  const range = { lower: documentKey(space, after + 1), upper };
  const inserts: Insert[] = [];
  let bytes = 0;
  for (const { key, value } of engine.entries(range, false, true)) {
    inserts.push({ record: recordOfDocumentKey(key), document: value! });
    bytes += value!.end;
    if (inserts.length === MOST || bytes > MOST_BYTES) return { inserts, isLast: false };
  }
  return { inserts, isLast: true };
}

function reached({ inserts, isLast }: Collected, atTheEnd: number): number {
  const last = inserts.at(-1)?.record ?? 0;
  return isLast ? Math.max(last, atTheEnd) : last;
}

function withOriginals(portion: Portion, originals: Collected): Portion {
  const through = Math.min(portion.through, reached(originals, portion.through));
  const byRecord = new Map<number, Value>();
  for (const { record, document } of [...portion.inserts, ...originals.inserts])
    if (record <= through) byRecord.set(record, document);
  const inserts = [...byRecord].map(([record, document]) => ({ record, document }));
  inserts.sort((one, other) => one.record - other.record);
  return { inserts, through, isLast: portion.isLast && originals.isLast };
}
