import { open, type RootDatabase } from "lmdb";
import { Value } from "../bson/value.js";
import { ElementType } from "../bson/element-type.js";

/** How many keys one read brings; between reads other work may run, and the next goes on after the last key. */
const CHUNK = 128;

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

/** LMDB as the store uses it: ordered bytes, read where they lie, written in batches that share one sync. */
export class Engine {
  private readonly jobs: Job[] = [];
  private isWriting = false;
  private lastRead: Buffer | undefined;
  private lastView: Buffer = Buffer.alloc(0);

  private constructor(
    private readonly database: RootDatabase<Buffer, Buffer>,
    private readonly onBroken: () => void,
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
    return new Engine(database, onBroken);
  }

  /** The document under a key, valid until the next read: LMDB's binding reads into one buffer. */
  document(key: Buffer): Value | undefined {
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

  /** Keys in order, with bytes valid until the next step; no snapshot is held between two chunks. */
  *entries(
    { lower, upper }: KeyRange,
    reverse: boolean,
    withValues: boolean,
  ): Generator<{ key: Buffer; value?: Value }> {
    let from = reverse ? upper : lower;
    let excluded = reverse;
    for (;;) {
      const chunk = this.database.getRange({
        start: from,
        end: reverse ? lower : upper,
        reverse,
        limit: CHUNK,
        values: withValues,
        ...(excluded && { exclusiveStart: true }),
        ...(reverse && { inclusiveEnd: true }),
      } as object);
      let count = 0;
      let last: Buffer | undefined;
      const iterator = chunk[Symbol.iterator]();
      const read: { key: Buffer; value?: Value }[] = [];
      for (let step = iterator.next(); !step.done; step = iterator.next()) {
        count += 1;
        if (withValues) {
          const { key, value } = step.value as unknown as { key: Buffer; value: Buffer };
          last = key;
          read.push({ key, value: this.valueIn(value).copied() });
        } else {
          last = step.value as unknown as Buffer;
          read.push({ key: last });
        }
      }
      yield* read;
      if (count < CHUNK || !last) return;
      from = last;
      excluded = true;
    }
  }

  count({ lower, upper }: KeyRange): number {
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
   * Runs the job in a write transaction and resolves once that is synced. Jobs that wait at the same time share it.
   * A job reads what those before it wrote; it must check everything before it writes, since one that throws
   * afterwards keeps its writes.
   */
  write<T>(run: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.jobs.push({ run, resolve: resolve as (outcome: unknown) => void, reject });
      if (!this.isWriting) void this.writeAll();
    });
  }

  private async writeAll(): Promise<void> {
    this.isWriting = true;
    while (this.jobs.length > 0) {
      let batch: Job[] = [];
      const settle: (() => void)[] = [];
      try {
        await this.database.transaction(() => {
          batch = this.jobs.splice(0);
          for (const job of batch) settle.push(attempt(job));
        });
        for (const done of settle) done();
      } catch (error) {
        this.onBroken();
        for (const job of batch) job.reject(error);
      }
    }
    this.isWriting = false;
  }

  async close(): Promise<void> {
    await this.database.close();
  }
}

function attempt({ run, resolve, reject }: Job): () => void {
  try {
    const outcome = run();
    return () => resolve(outcome);
  } catch (error) {
    return () => reject(error);
  }
}
