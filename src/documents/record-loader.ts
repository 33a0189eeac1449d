import type { AnyRecord } from "../graph/stored-record.js";
import type { RawDocument } from "./raw-document.js";

/**
 * A record that is being loaded. To wait for it costs no promise of its own: all records of a batch share one.
 *
 * Resolvers await it like a promise, or `map` it. The executor takes the document as it came from the store.
 */
export class Loading<T> implements PromiseLike<T> {
  /** @param batch fulfilled once the record is there. */
  constructor(
    readonly batch: Promise<unknown>,
    private readonly take: () => T,
    /** Gives the record in the store's bytes, or several; absent if a function was applied to it. */
    readonly document?: () => RawDocument | readonly RawDocument[] | null,
  ) {}

  /** Loads several records. Those that are not there are left out. */
  static present<T>(each: readonly Loading<T | null>[]): Loading<T[]> {
    const all = Promise.all(new Set(each.map(({ batch }) => batch)));
    all.catch(() => {});
    return new Loading(
      all,
      () => each.map(({ value }) => value).filter((value) => value !== null),
      () => each.flatMap(({ document }) => document?.() ?? []),
    );
  }

  /** The value, once the batch is there. @throws the error of the function that was applied. */
  get value(): T {
    return this.take();
  }

  /** Returns the result of a function of the value. */
  map<R>(of: (value: T) => R): Loading<R> {
    return new Loading(this.batch, () => of(this.take()));
  }

  /** Returns the result of a function of the record in the store's bytes. */
  mapDocument<R>(of: (document: RawDocument | null) => R): Loading<R> {
    return new Loading(this.batch, () => of(this.document?.() as RawDocument | null));
  }

  then<A = T, B = never>(
    onValue?: ((value: T) => A | PromiseLike<A>) | null,
    onError?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.batch.then(this.take).then(onValue, onError);
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
  private readonly known = new Map<string, Loading<T | null>>();
  private batch: Batch | null = null;

  constructor(private readonly read: ReadBatch) {}

  /** Loads a record; null if there is none. */
  load(key: string): Loading<T | null> {
    const known = this.known.get(key);
    if (known) return known;
    const batch = (this.batch ??= this.open());
    batch.keys.push(key);
    const document = () => batch.found.get(key) ?? null;
    const loading = new Loading(batch.promise, () => (document()?.decoded ?? null) as T | null, document);
    this.known.set(key, loading);
    return loading;
  }

  private open(): Batch {
    const batch: Batch = { keys: [], found: new Map(), promise: afterThisTick().then(() => this.fill(batch)) };
    // Each `Loading` that is awaited has the error, too.
    batch.promise.catch(() => {});
    return batch;
  }

  private async fill(batch: Batch): Promise<void> {
    this.batch = null;
    batch.found = await this.read(batch.keys);
  }
}

interface Batch {
  readonly keys: string[];
  found: ReadonlyMap<string, RawDocument>;
  readonly promise: Promise<unknown>;
}

/** Fulfilled after the promises that are settled already, as DataLoader waits for the keys of one tick. */
const afterThisTick = (): Promise<void> =>
  new Promise((resolve) => {
    void Promise.resolve().then(() => process.nextTick(resolve));
  });
