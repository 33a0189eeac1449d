import type { AnyRecord } from "../graph/stored-record.js";
import type { RawDocument } from "./raw-document.js";

/**
 * A value that is being loaded. To wait for it costs no promise of its own: all records of a batch share one.
 *
 * Resolvers await it like a promise, or `map` it. The executor takes records as they came from the store.
 */
export abstract class Loading<T> implements PromiseLike<T> {
  /** Loads several records. Those that are not there are left out. */
  static present<T>(each: readonly LoadingRecord<T>[]): Loading<T[]> {
    return new LoadingRecords(each);
  }

  /** @param batch settled once the value is there. */
  constructor(readonly batch: Promise<unknown>) {}

  /** The value, once the batch is settled. @throws the error of the read, or of the function that was applied. */
  abstract get value(): T;

  /** The same, but records in the store's bytes. */
  get stored(): unknown {
    return this.value;
  }

  /** Returns the result of a function of the value. */
  map<R>(of: (value: T) => R): Loading<R> {
    return new Mapped(this.batch, () => of(this.value));
  }

  then<A = T, B = never>(
    onValue?: ((value: T) => A | PromiseLike<A>) | null,
    onError?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.batch.then(() => this.value).then(onValue, onError);
  }
}

/** A record, or null if there is none. */
export class LoadingRecord<T> extends Loading<T | null> {
  constructor(
    private readonly source: Batch,
    private readonly key: string,
  ) {
    super(source.promise);
  }

  get value(): T | null {
    return (this.stored?.decoded ?? null) as T | null;
  }

  override get stored(): RawDocument | null {
    if (this.source.failure) throw this.source.failure.error;
    return this.source.found.get(this.key) ?? null;
  }

  /** Returns the result of a function of the record in the store's bytes. @param other is passed on to it. */
  mapDocument<O, R>(other: O, of: (document: RawDocument | null, other: O) => R): Loading<R> {
    return new MappedDocument(this, other, of);
  }
}

class LoadingRecords<T> extends Loading<T[]> {
  constructor(private readonly each: readonly LoadingRecord<T>[]) {
    const all = Promise.all(new Set(each.map(({ batch }) => batch)));
    all.catch(() => {});
    super(all);
  }

  get value(): T[] {
    return this.each.map(({ value }) => value).filter((value) => value !== null);
  }

  override get stored(): RawDocument[] {
    return this.each.flatMap(({ stored }) => stored ?? []);
  }
}

class Mapped<T> extends Loading<T> {
  constructor(
    batch: Promise<unknown>,
    private readonly take: () => T,
  ) {
    super(batch);
  }

  get value(): T {
    return this.take();
  }
}

/** A list may have one of these for each of its records: it has no closure. */
class MappedDocument<O, R> extends Loading<R> {
  constructor(
    private readonly record: LoadingRecord<unknown>,
    private readonly other: O,
    private readonly of: (document: RawDocument | null, other: O) => R,
  ) {
    super(record.batch);
  }

  get value(): R {
    return this.of(this.record.stored, this.other);
  }
}

/** Reads the documents of keys; the first of a key counts. */
type ReadBatch = (keys: readonly string[]) => Promise<ReadonlyMap<string, RawDocument>>;

/**
 * Loads records by keys. The keys of one tick are read together, and each once in the life of the loader.
 *
 * It is a DataLoader (https://github.com/graphql/dataloader) without a promise for each key.
 */
export class RecordLoader<T extends AnyRecord> {
  private readonly known = new Map<string, LoadingRecord<T>>();
  private batch: Batch | null = null;

  constructor(private readonly read: ReadBatch) {}

  /** Loads a record; null if there is none. */
  load(key: string): LoadingRecord<T> {
    const known = this.known.get(key);
    if (known) return known;
    const batch = (this.batch ??= this.open());
    batch.keys.push(key);
    const loading = new LoadingRecord<T>(batch, key);
    this.known.set(key, loading);
    return loading;
  }

  private open(): Batch {
    const batch: Batch = {
      keys: [],
      found: new Map(),
      failure: null,
      promise: afterThisTick().then(() => this.fill(batch)),
    };
    // Each `Loading` that is awaited has the error, too.
    batch.promise.catch(() => {});
    return batch;
  }

  private async fill(batch: Batch): Promise<void> {
    this.batch = null;
    try {
      batch.found = await this.read(batch.keys);
    } catch (error) {
      batch.failure = { error };
      throw error;
    }
  }
}

interface Batch {
  readonly keys: string[];
  found: ReadonlyMap<string, RawDocument>;
  failure: { readonly error: unknown } | null;
  readonly promise: Promise<unknown>;
}

/** Fulfilled after the promises that are settled already, as DataLoader waits for the keys of one tick. */
const afterThisTick = (): Promise<void> =>
  new Promise((resolve) => {
    void Promise.resolve().then(() => process.nextTick(resolve));
  });
