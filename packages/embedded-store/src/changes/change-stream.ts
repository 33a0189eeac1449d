import { setImmediate } from "node:timers/promises";
import { fieldOf, sameBytes, type Value } from "../bson/value.js";
import type { Catalog } from "../collections/catalog.js";
import type { Watched } from "../collections/watched.js";
import { CommandError } from "../errors/command-error.js";
import { PAUSE, type Paused } from "../search/paused.js";
import { type EventBatch, invalidateEvent, type RecentInserts, type ToldPortion } from "./inserts.js";
import { type Watch, writeToken } from "./parse-watch.js";

const ID = Buffer.from("_id");
const LONGEST_TIMER = 2 ** 31 - 1;

export interface Namespace {
  readonly database: string;
  readonly name: string;
}

/** The source that streams read from. */
export interface ChangeSource {
  readonly catalog: Catalog;
  readonly recentInserts: RecentInserts;
  /** The last number of what has been written to the disk. */
  readonly settled: number;
}

/**
 * One watcher of a collection's inserts. It holds a position and no events: each batch is read anew from the disk, so
 * that a slow watcher costs nothing.
 */
export class ChangeStream {
  /** The key space that it reads from; undefined as long as there is no collection. */
  space: number | undefined;
  lastUsed = Date.now();
  isBusy = false;
  /** Nothing follows: the collection was dropped. */
  isInvalidated = false;
  private isKilled = false;
  private isDropped = false;
  private wake: (() => void) | undefined;

  /** @param position the number of the last record that is not wanted */
  constructor(
    private readonly source: ChangeSource,
    readonly namespace: Namespace,
    private readonly watch: Watch,
    private position: number,
  ) {}

  private get watched(): Watched {
    const { database, name } = this.namespace;
    return this.source.catalog.watchList.of(database, name)!;
  }

  get token(): string {
    const { identity } = this.watched;
    const position = this.isInvalidated ? this.droppedAt! : this.position;
    return writeToken({ position, isInvalidate: this.isInvalidated, identity });
  }

  private get droppedAt(): number | undefined {
    return this.isDropped ? this.source.catalog.watchList.dropOf(this.space!) : undefined;
  }

  /**
   * Reads on until there is something to tell, the time is over or the stream is.
   * @throws CommandError for a stream that was killed, or whose events are gone.
   */
  async read(batch: EventBatch, until: number): Promise<void> {
    for (;;) {
      if (this.isKilled) throw new CommandError("CursorKilled", "operation was interrupted: the cursor was killed");
      const isAtEnd = this.fill(batch);
      if (batch.isFull || this.isInvalidated || (isAtEnd && batch.count > 0)) return;
      const left = until - performance.now();
      if (left <= 0) return;
      await (isAtEnd ? this.wait(left) : setImmediate());
    }
  }

  /** @returns true if everything has been read. */
  private fill(batch: EventBatch): boolean {
    this.lookUpCollection();
    if (this.position < this.watched.lostThrough) throw historyLost(this.namespace);
    const { inserts, through, isLast } = this.portion();
    for (const { record, event } of inserts) {
      if (batch.isFull) return false;
      this.tell(event, batch);
      this.position = record;
    }
    this.position = Math.max(this.position, through);
    if (isLast && this.isDropped && !batch.isFull) this.invalidate(batch);
    return isLast;
  }

  private portion(): ToldPortion {
    const { space, watched, position: after, droppedAt: until } = this;
    const { recentInserts, settled } = this.source;
    if (space === undefined) return { inserts: [], through: settled, isLast: true };
    return recentInserts.after({ space, watched, after, until, settled });
  }

  /** The state on the disk counts: the catalog in memory may be ahead of it, and be taken back. */
  private lookUpCollection(): void {
    const { database, name } = this.namespace;
    const { catalog } = this.source;
    const current = catalog.collection(database, name)?.space;
    if (this.space !== undefined) {
      if (current !== this.space) this.isDropped = catalog.writtenSpace(database, name) !== this.space;
      return;
    }
    const wasDropped = this.watched.droppedAt > this.position;
    if (current === undefined && !wasDropped) return;
    const written = catalog.writtenSpace(database, name);
    // One came, went and perhaps came again before the stream has looked.
    if (wasDropped && (written === undefined || written === current)) throw historyLost(this.namespace);
    this.space = written;
  }

  private invalidate(batch: EventBatch): void {
    this.isInvalidated = true;
    this.tell(invalidateEvent(this.droppedAt!, this.token), batch);
  }

  private tell(event: Value, batch: EventBatch): void {
    const { matches, stages } = this.watch;
    if (!matches(event)) return;
    if (stages.length === 0) return batch.add(event);
    for (const told of stages.reduce((flow, stage) => stage(flow), one(event))) {
      if (told === PAUSE) continue;
      refuseOtherToken(event, told);
      batch.add(told);
    }
  }

  private wait(atMost: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.wake?.(), Math.min(atMost, LONGEST_TIMER));
      this.wake = () => {
        clearTimeout(timer);
        this.wake = undefined;
        resolve();
      };
    });
  }

  /** Told whenever something has been written. */
  notice(): void {
    if (!this.wake) return;
    const { database, name } = this.namespace;
    const collection = this.source.catalog.collection(database, name);
    if (collection?.space !== this.space || (collection && collection.lastInserted > this.position)) this.wake();
  }

  kill(): void {
    this.isKilled = true;
    this.wake?.();
  }
}

function* one(event: Value): Paused<Value> {
  yield event;
}

function refuseOtherToken(event: Value, told: Value): void {
  const token = fieldOf(told, ID);
  if (token && sameBytes(token, fieldOf(event, ID)!)) return;
  throw new CommandError(
    "ChangeStreamFatalError",
    "Encountered an event whose _id field, which contains the resume token, was modified by the pipeline. Modifying the _id field of an event makes it impossible to resume the stream from that point.",
  );
}

export const historyLost = ({ database, name }: Namespace): CommandError =>
  new CommandError(
    "ChangeStreamHistoryLost",
    `Resume of change stream was not possible: inserts into ${database}.${name} that came after its position are gone (deleted or changed long after their insertion, or dropped with their collection).`,
  );
