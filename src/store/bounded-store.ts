import type { mongo } from "mongoose";
import type { AnyRecord } from "../graph/stored-record.js";
import { DocumentReader, type ReadLimit, readOptions } from "./document-reader.js";
import type { RecordCollection, Records, Store } from "./store.js";

/** The time that an operation may take. */
export interface TimeLimit extends ReadLimit {
  /** True for mutations. Their writes come to their end even if the time is over. */
  readonly mayWrite: boolean;
}

type Collection = Pick<mongo.Collection, "find" | "findOne" | "aggregate" | "countDocuments">;
type Options = Readonly<Record<string, unknown>> | undefined;

/**
 * Returns a view of the store for one operation. When the operation's time is over, its reads end, here and on the
 * server, and new ones fail. Writes are not bounded.
 *
 * Most operations read one or two of the collections: the view of one is made when it is first asked for.
 */
export function boundedStore(store: Store, limit: TimeLimit): Store {
  const views = new Map<unknown, unknown>();
  const viewOf = (part: unknown): unknown => {
    if (part instanceof DocumentReader) return part.within(limit);
    if (!isRecords(part) && !isCollection(part)) return part;
    const view = views.get(part) ?? (isRecords(part) ? boundedRecords(part, limit) : boundedCollection(part, limit));
    views.set(part, view);
    return view;
  };
  const viewed = <T extends object>(parts: T): T =>
    new Proxy(parts, { get: (all, name) => viewOf(all[name as keyof T]) });
  const own: Partial<Store> = {
    byKind: viewed(store.byKind),
    collectionOf: (kind) => viewOf(store.collectionOf(kind)) as RecordCollection,
  };
  return new Proxy(store, {
    get: (all, name) => own[name as keyof Store] ?? viewOf(all[name as keyof Store]),
  });
}

const isRecords = (part: unknown): part is Records<AnyRecord> => typeof part === "function" && "collection" in part;

const isCollection = (part: unknown): part is Collection =>
  typeof part === "object" && part !== null && "countDocuments" in part;

function boundedRecords<T extends AnyRecord>(records: Records<T>, limit: TimeLimit): Records<T> {
  const collection = boundedCollection(records.collection, limit);
  const reads: Partial<Records<T>> = {
    collection,
    find: ((...args: Parameters<typeof records.find>) => records.find(...args).setOptions(readOptions(limit))) as never,
    findOne: ((...args: Parameters<typeof records.findOne>) =>
      records.findOne(...args).setOptions(readOptions(limit))) as never,
  };
  return Object.assign(Object.create(records), reads) as Records<T>;
}

function boundedCollection<C extends object>(collection: C, limit: TimeLimit): C {
  const read =
    <N extends keyof Collection>(name: N) =>
    (what: never, options?: Options) =>
      ((collection as unknown as Collection)[name] as (what: never, options: object) => unknown)(what, {
        ...options,
        ...readOptions(limit),
      });
  const reads = {
    find: read("find"),
    findOne: read("findOne"),
    aggregate: read("aggregate"),
    countDocuments: read("countDocuments"),
  };
  return Object.assign(Object.create(collection), reads) as C;
}
