import { BsonWriter, dateValue, timestampValue } from "../bson/bson-writer.js";
import { documentValue, ElementType, fieldOf, type Value } from "../bson/value.js";
import type { Watched } from "../collections/watched.js";
import type { Engine } from "../engine/engine.js";
import { documentKey, recordOfDocumentKey, timestampOf, wallTimeOf, wholeSpace } from "../engine/key-space.js";
import { writeToken } from "./parse-watch.js";

interface ToldInsert {
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

/** One look holds the store up no longer than these. */
const MOST = 224;
const MOST_BYTES = 1024 * 1024;

interface Insert {
  readonly record: number;
  /** As it was inserted, with bytes of its own. */
  readonly document: Value;
}

interface Portion {
  readonly inserts: readonly Insert[];
  /** All inserts up to this number are in the portion or before it. */
  readonly through: number;
  readonly isLast: boolean;
}

interface Reading {
  /** The key space of the collection's documents. */
  readonly space: number;
  readonly watched: Watched;
  readonly after: number;
  /** The last number that can be the collection's, if it was dropped. */
  readonly until: number | undefined;
  /** The last number of what has been written to the disk. */
  readonly settled: number;
}

/** Returns the inserts after a number, in order. Outside of jobs. */
function readInserts(engine: Engine, { space, watched, after, until, settled }: Reading): Portion {
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

const ID = Buffer.from("_id");
const FRAME = 512;

function writeTokenField(writer: BsonWriter, name: string, token: string): void {
  const begun = writer.beginField(ElementType.OBJECT, name);
  writer.string("_data", token);
  writer.end(begun);
}

/** An insert as MongoDB 6 tells of it, the fields in its order. */
function insertEvent(watched: Watched, { record, document }: Insert): Value {
  const { database, name, identity } = watched;
  const writer = new BsonWriter(document.end - document.start + FRAME);
  const begun = writer.begin();
  writeHead(writer, "insert", record, writeToken({ position: record, isInvalidate: false, identity }));
  writer.value("fullDocument", document);
  const namespace = writer.beginField(ElementType.OBJECT, "ns");
  writer.string("db", database);
  writer.string("coll", name);
  writer.end(namespace);
  const key = writer.beginField(ElementType.OBJECT, "documentKey");
  writer.value("_id", fieldOf(document, ID)!);
  writer.end(key);
  writer.end(begun);
  return documentValue(writer.finished());
}

/** The collection was dropped: nothing follows. */
export function invalidateEvent(record: number, token: string): Value {
  const writer = new BsonWriter();
  const begun = writer.begin();
  writeHead(writer, "invalidate", record, token);
  writer.end(begun);
  return documentValue(writer.finished());
}

function writeHead(writer: BsonWriter, operation: string, record: number, token: string): void {
  writeTokenField(writer, "_id", token);
  writer.string("operationType", operation);
  writer.value("clusterTime", timestampValue(timestampOf(record)));
  writer.value("wallTime", dateValue(wallTimeOf(record)));
}

/** Enough for speed: what is not sent stays on the disk. */
const BYTES = 1024 * 1024;

interface BatchEnd {
  readonly id: bigint;
  readonly namespace: string;
  /** The token at which the next batch begins, for the client to resume. */
  readonly token: string;
  readonly isInvalidated: boolean;
  readonly operationTime: bigint;
}

/** A reply with events, being written. */
export class EventBatch {
  private readonly writer = new BsonWriter(1024);
  private readonly begun: number;
  private readonly cursor: number;
  private readonly list: number;
  count = 0;

  constructor(
    name: "firstBatch" | "nextBatch",
    private readonly mostEvents: number,
  ) {
    this.begun = this.writer.begin();
    this.cursor = this.writer.beginField(ElementType.OBJECT, "cursor");
    this.list = this.writer.beginField(ElementType.ARRAY, name);
  }

  get isFull(): boolean {
    return this.count >= this.mostEvents || this.writer.length > BYTES;
  }

  add(event: Value): void {
    this.writer.value(String(this.count++), event);
  }

  finished({ id, namespace, token, isInvalidated, operationTime }: BatchEnd): Buffer {
    const { writer } = this;
    writer.end(this.list);
    writeTokenField(writer, "postBatchResumeToken", token);
    if (isInvalidated) writer.bool("invalidated", true);
    writer.int64("id", id);
    writer.string("ns", namespace);
    writer.end(this.cursor);
    writer.double("ok", 1);
    writer.value("operationTime", timestampValue(operationTime));
    writer.end(this.begun);
    return writer.finished();
  }
}
