import { randomBytes } from "node:crypto";
import { deserialize, serialize } from "bson";
import type { Value } from "../bson/value.js";
import type { Engine } from "../engine/engine.js";
import {
  documentKey,
  inSpace,
  lastRecord,
  type RecordClock,
  recordOfDocumentKey,
  wallTimeOf,
  wholeSpace,
} from "../engine/key-space.js";

/** For how long a document that was changed or deleted can still be told of as it was inserted. */
const KEPT_MS = 60 * 60 * 1000;

const WATCHED = inSpace(0, Buffer.from("w"));

const watchedKey = (database: string, name: string): Buffer =>
  Buffer.concat([WATCHED, Buffer.from(`${database}\0${name}`)]);

const allWatched = { lower: WATCHED, upper: Buffer.concat([WATCHED, Buffer.from([0xff])]) };

interface StoredWatched {
  readonly database: string;
  readonly name: string;
  /** Sixteen hexadecimal digits in every resume token, so that none passes for another's. */
  readonly identity: string;
  /** The key space of what documents were at first, by their numbers, if they have been changed or deleted. */
  readonly originals: number;
  /** Inserts up to this number may not be found any more. */
  readonly lostThrough: number;
  /** When a collection of this name was dropped last; 0 for never. */
  readonly droppedAt: number;
}

/**
 * A namespace that somebody has watched. Its collection itself is the log that change streams read, in the order of the
 * numbers; only of documents that change or go soon after their insertion a copy is put aside first.
 */
export class Watched {
  readonly database: string;
  readonly name: string;
  readonly identity: string;
  readonly originals: number;
  lostThrough: number;
  droppedAt: number;
  private lastOriginal: number | undefined;

  constructor(
    private readonly engine: Engine,
    private readonly clock: RecordClock,
    stored: StoredWatched,
  ) {
    this.database = stored.database;
    this.name = stored.name;
    this.identity = stored.identity;
    this.originals = stored.originals;
    this.lostThrough = stored.lostThrough;
    this.droppedAt = stored.droppedAt;
  }

  /** No stream begins before this number. */
  get goneThrough(): number {
    return Math.max(this.lostThrough, this.droppedAt);
  }

  /** Puts a document aside as it was inserted, before it is changed or deleted. Within a job. */
  keep(record: number, document: Value): void {
    if (record <= this.lostThrough) return;
    if (Date.now() - wallTimeOf(record) > KEPT_MS) return this.lose(record);
    const key = documentKey(this.originals, record);
    if (record <= this.last && this.engine.document(key)) return;
    this.engine.put(key, document.bytes.subarray(document.start, document.end));
    this.lastOriginal = Math.max(this.last, record);
  }

  /** True if one of the documents after this number may have been put aside. */
  hasOriginalsAfter(record: number): boolean {
    return this.last > record;
  }

  private get last(): number {
    return (this.lastOriginal ??= lastRecord(this.engine, this.originals));
  }

  private lose(record: number): void {
    this.lostThrough = record;
    this.save();
  }

  /** The collection goes, and with it what was inserted into it. Within a job. */
  drop(): void {
    this.droppedAt = this.clock.next();
    this.save();
  }

  /** Forgets what was put aside too long ago, at most so many. Within a job. @returns true if all of that is gone. */
  prune(atMost: number): boolean {
    let count = 0;
    for (const { key } of this.engine.entries(wholeSpace(this.originals), false, false)) {
      const record = recordOfDocumentKey(key);
      if (Date.now() - wallTimeOf(record) <= KEPT_MS) return true;
      if (count === atMost) return false;
      this.engine.remove(key);
      this.lose(Math.max(record, this.lostThrough));
      count += 1;
    }
    this.lastOriginal = 0;
    return true;
  }

  save(): void {
    const { database, name, identity, originals, lostThrough, droppedAt } = this;
    const stored: StoredWatched = { database, name, identity, originals, lostThrough, droppedAt };
    this.engine.put(watchedKey(database, name), Buffer.from(serialize(stored)));
  }
}

/** The namespaces that somebody has watched since the folder exists. Changes of it run within a job of the engine. */
export class WatchList {
  private readonly watched = new Map<string, Watched>();
  /** When the collections in these key spaces were dropped, as long as streams read from them. */
  private readonly drops = new Map<number, number>();

  constructor(
    private readonly engine: Engine,
    private readonly clock: RecordClock,
  ) {}

  load(): void {
    this.watched.clear();
    for (const { value } of this.engine.entries(allWatched, false, true)) {
      this.register(new Watched(this.engine, this.clock, deserialize(value!.bytes) as StoredWatched));
    }
  }

  of(database: string, name: string): Watched | undefined {
    return this.watched.get(`${database}\0${name}`);
  }

  all(): Watched[] {
    return [...this.watched.values()];
  }

  /** @param originals an empty key space. @param since the number from which on nothing is lost. */
  add(database: string, name: string, originals: number, since: number): Watched {
    const identity = randomBytes(8).toString("hex").toUpperCase();
    const stored = { database, name, identity, originals, lostThrough: since, droppedAt: 0 };
    const watched = new Watched(this.engine, this.clock, stored);
    watched.save();
    this.register(watched);
    return watched;
  }

  noteDrop(watched: Watched, space: number): void {
    watched.drop();
    this.drops.set(space, watched.droppedAt);
  }

  dropOf(space: number): number | undefined {
    return this.drops.get(space);
  }

  forgetDrop(space: number): void {
    this.drops.delete(space);
  }

  private register(watched: Watched): void {
    this.watched.set(`${watched.database}\0${watched.name}`, watched);
  }
}
