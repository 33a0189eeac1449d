import { once } from "node:events";
import type { mongo } from "mongoose";

export const INSERTS: mongo.Document[] = [{ $match: { operationType: "insert" } }];

export interface Entry {
  _id: number;
  record?: string;
  n?: number;
}

export type Inserted = mongo.ChangeStreamInsertDocument<Entry>;

/** A change stream that has begun: it tells of what is inserted from here on. */
export class Watcher implements AsyncDisposable {
  private constructor(
    readonly stream: mongo.ChangeStream<Entry, Inserted>,
    private first: Promise<Inserted> | undefined,
  ) {}

  /** It would wait for a minute, longer than a test may take: what comes earlier has woken it. */
  static async open(
    entries: mongo.Collection<Entry>,
    options: mongo.ChangeStreamOptions = {},
    pipeline = INSERTS,
  ): Promise<Watcher> {
    const stream = entries.watch<Entry, Inserted>(pipeline, { maxAwaitTimeMS: 60_000, ...options });
    const begun = once(stream, "resumeTokenChanged");
    const first = stream.next();
    first.catch(() => {});
    await Promise.race([begun, first]);
    return new Watcher(stream, first);
  }

  next(): Promise<Inserted> {
    const next = this.first ?? this.stream.next();
    this.first = undefined;
    return next;
  }

  async take(count: number): Promise<Inserted[]> {
    const events: Inserted[] = [];
    while (events.length < count) events.push(await this.next());
    return events;
  }

  async ids(count: number): Promise<number[]> {
    return (await this.take(count)).map(idOf);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stream.close();
  }
}

export const idOf = ({ documentKey }: Inserted): number => documentKey._id;

export const tokenOf = ({ _id }: Inserted): string => (_id as { _data: string })._data;

/** Inserts one after the other, the numbers from here on. */
export async function insertFrom(entries: mongo.Collection<Entry>, from: number, count: number): Promise<void> {
  for (let _id = from; _id < from + count; _id += 1) await entries.insertOne({ _id });
}

export const numbers = (from: number, count: number): number[] => Array.from({ length: count }, (_, at) => from + at);

export const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: { code?: unknown }) => error.code,
  );
