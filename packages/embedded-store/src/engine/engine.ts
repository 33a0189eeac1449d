import { statSync } from "node:fs";
import { join } from "node:path";
import { ABORT, open, type RootDatabase } from "lmdb";
import { ElementType, Value } from "../bson/value.js";
import { CommandError } from "../errors/command-error.js";
import { away, closing, type FailedCommit, noRoom, notWritten } from "./refusals.js";
import { hasDiskRoom } from "./store-file.js";

/** LMDB's own name for it. */
const FILE = "data.mdb";

/**
 * The number of keys that one read brings: at first about a page, then more and more. Between reads other work may run,
 * and the next goes on after the last key.
 */
const FIRST_CHUNK = 32;
const LARGEST_CHUNK = 256;
const CHUNK_BYTES = 4 * 1024 * 1024;

interface Job {
  readonly run: () => unknown;
  readonly resolve: (outcome: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

export interface KeyRange {
  readonly lower: Buffer;
  /** Excluded. */
  readonly upper: Buffer;
}

export interface Entry {
  readonly key: Buffer;
  readonly value?: Value;
}

interface ChunkWish {
  readonly reverse: boolean;
  /** True if the key to start from is not wanted itself. */
  readonly excluded: boolean;
  readonly withValues: boolean;
  readonly limit: number;
}

/** LMDB as the store uses it: ordered bytes, read where they lie, written in batches that share one sync. */
export class Engine {
  private readonly jobs: Job[] = [];
  private writing: Promise<void> | undefined;
  private isClosing = false;
  private isClosed = false;
  private onSettled: () => void = () => {};
  private lastRead: Buffer | undefined;
  private lastView: Buffer = Buffer.alloc(0);

  private constructor(
    private readonly database: RootDatabase<Buffer, Buffer>,
    private readonly folder: string,
    private readonly onBroken: () => void,
    /** Of the file that was opened. */
    private readonly inode: number,
  ) {}

  /** @param onBroken called when a batch was not written: what was remembered of it has to be forgotten. */
  static open(folder: string, onBroken: () => void): Engine {
    const asTheyAre = { encode: (bytes: Buffer) => bytes, decode: (bytes: Buffer) => bytes };
    const database = open<Buffer, Buffer>({
      path: folder,
      keyEncoding: "binary",
      encoder: asTheyAre,
      // With it, a resolved write would not have been synced.
      overlappingSync: false,
      noReadAhead: true,
    } as Parameters<typeof open<Buffer, Buffer>>[0]);
    return new Engine(database, folder, onBroken, statSync(join(folder, FILE)).ino);
  }

  /** The document under a key, valid until the next read: LMDB's binding reads into one buffer. */
  document(key: Buffer): Value | undefined {
    this.refuseIfClosed();
    const read = this.database.getBinaryFast(key);
    return read && this.valueIn(read);
  }

  /** A copy of the bytes under a key. */
  bytes(key: Buffer): Buffer | undefined {
    return this.document(key)?.copied().bytes;
  }

  /** The binding's buffer lies about its length, which misleads Node's own methods: a second view of its memory does not. */
  private valueIn(read: Buffer): Value {
    if (read !== this.lastRead) {
      const length = (read as { maxLength?: number }).maxLength ?? read.length;
      this.lastRead = read;
      this.lastView = Buffer.from(read.buffer, read.byteOffset, length);
    }
    return new Value(ElementType.OBJECT, this.lastView, 0, (this.database as unknown as { lastSize: number }).lastSize);
  }

  /** Entries in order, with bytes of their own. */
  *entries(range: KeyRange, reverse: boolean, withValues: boolean): Generator<Entry> {
    for (const chunk of this.chunks(range, reverse, withValues)) for (const entry of chunk) yield entry;
  }

  /**
   * Entries in order, as many at a time as one read brings; no snapshot is held between two reads.
   * @param first how many the first read may bring
   */
  *chunks(range: KeyRange, reverse: boolean, withValues: boolean, first = FIRST_CHUNK): Generator<Entry[]> {
    let rest = range;
    let excluded = reverse;
    for (let limit = Math.min(first, LARGEST_CHUNK); ; limit = Math.min(limit * 2, LARGEST_CHUNK)) {
      const { entries, isLast } = this.chunk(rest, { reverse, excluded, withValues, limit });
      yield entries;
      if (isLast) return;
      const { key } = entries.at(-1)!;
      rest = reverse ? { lower: range.lower, upper: key } : { lower: key, upper: range.upper };
      excluded = true;
    }
  }

  private chunk({ lower, upper }: KeyRange, { reverse, excluded, withValues, limit }: ChunkWish) {
    this.refuseIfClosed();
    const found = this.database.getRange({
      start: reverse ? upper : lower,
      end: reverse ? lower : upper,
      reverse,
      limit,
      values: withValues,
      exclusiveStart: excluded,
      inclusiveEnd: reverse,
    } as object);
    const entries: Entry[] = [];
    let bytes = 0;
    for (const each of found) {
      if (withValues) {
        const value = this.valueIn(each.value).copied();
        entries.push({ key: each.key, value });
        bytes += value.end;
      } else {
        entries.push({ key: each as unknown as Buffer });
      }
      if (bytes > CHUNK_BYTES) return { entries, isLast: false };
    }
    return { entries, isLast: entries.length < limit };
  }

  count({ lower, upper }: KeyRange): number {
    this.refuseIfClosed();
    return this.database.getKeysCount({ start: lower, end: upper });
  }

  /** Only within a job. */
  put(key: Buffer, value: Buffer): void {
    this.database.put(key, value);
  }

  /** Only within a job. */
  remove(key: Buffer): void {
    this.database.remove(key);
  }

  /**
   * Runs the job in a write transaction and resolves once that is synced. Jobs that wait at the same time share it,
   * and each reads what those before it wrote. A job that refuses (CommandError) must have checked before it wrote,
   * since what it wrote until then is kept; any other failure takes the whole transaction back.
   */
  write<T>(run: () => T): Promise<T> {
    if (this.isClosing) return Promise.reject(closing());
    return new Promise<T>((resolve, reject) => {
      this.jobs.push({ run, resolve: resolve as (outcome: unknown) => void, reject });
      this.writing ??= this.writeAll();
    });
  }

  /** @param onSettled called whenever a batch has been written and synced, before the next one runs. */
  whenSettled(onSettled: () => void): void {
    this.onSettled = onSettled;
  }

  private async writeAll(): Promise<void> {
    while (this.jobs.length > 0 && !this.isClosing) {
      const refusal = this.refusal();
      if (refusal) {
        for (const { reject } of this.jobs.splice(0)) reject(refusal);
        // The caller has to hear of this run before it ends.
        await Promise.resolve();
        continue;
      }
      let batch: Job[] = [];
      let fault: unknown;
      const settle: (() => void)[] = [];
      try {
        await this.database.childTransaction(() => {
          batch = this.jobs.splice(0);
          try {
            for (const job of batch) settle.push(attempt(job));
          } catch (error) {
            fault = error;
            return ABORT;
          }
          return undefined;
        });
        if (fault !== undefined) throw fault;
        for (const done of settle) done();
        this.onSettled();
      } catch (error) {
        this.onBroken();
        const reason = "commitError" in (error as object) ? notWritten(error as FailedCommit) : error;
        for (const job of batch) job.reject(reason);
      }
    }
    this.writing = undefined;
  }

  /** Returns the reason why nothing can be written at the moment. A file that has left its place would lose what it takes. */
  private refusal(): CommandError | null {
    try {
      if (statSync(join(this.folder, FILE)).ino !== this.inode) return away("another file has its place");
      return hasDiskRoom(this.folder) ? null : noRoom();
    } catch (error) {
      return away((error as Error).message);
    }
  }

  /** LMDB must not be touched after it was closed. */
  private refuseIfClosed(): void {
    if (this.isClosed) throw closing();
  }

  /** Lets the batch that is being written end; who comes later is refused. */
  async close(): Promise<void> {
    this.isClosing = true;
    await this.writing;
    this.isClosed = true;
    for (const { reject } of this.jobs.splice(0)) reject(closing());
    await this.database.close();
  }
}

function attempt({ run, resolve, reject }: Job): () => void {
  try {
    const outcome = run();
    return () => resolve(outcome);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return () => reject(error);
  }
}
