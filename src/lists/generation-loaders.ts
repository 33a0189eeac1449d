import type DataLoader from "dataloader";
import type { RawDocument } from "../documents/raw-document.js";
import type { Page } from "../graph/connection.js";
import type { AnyRecord } from "../graph/stored-record.js";
import { HAS_SEQ, loadNeighbour } from "../store/generations.js";
import type { RecordReads } from "../store/read-records.js";
import type { Records } from "../store/store.js";
import { countMatching, findPage } from "./find-page.js";
import type { ListQuery } from "./list-query.js";
import { ChildPages } from "./child-pages.js";

/** Loads the records that superseded each other. */
export interface GenerationLoaders<T extends AnyRecord> {
  /** The record before one of the same key, or null. */
  readonly earlier: DataLoader<T, T | null, string>;
  /** The record after one of the same key, or null. */
  readonly later: DataLoader<T, T | null, string>;
  /** All records with the key of a record: one aggregate per tick. */
  readonly siblings: ChildPages<T>;
  /** All records of a key, even if none is current. */
  of(key: string): {
    page(query: ListQuery): Promise<Page<RawDocument>>;
    count(query: ListQuery): Promise<number>;
  };
}

/** @param reads of the same records. */
export function generationLoaders<T extends AnyRecord>(records: Records<T>, reads: RecordReads): GenerationLoaders<T> {
  const ofKey = (key: string, query: ListQuery): ListQuery => ({ ...query, among: { ...HAS_SEQ, key } });
  return {
    earlier: loadNeighbour(records, "earlier"),
    later: loadNeighbour(records, "later"),
    siblings: new ChildPages(records as unknown as Records<AnyRecord>, records, reads, "key", "key"),
    of: (key) => ({
      page: (query) => findPage(reads, ofKey(key, query)),
      count: (query) => countMatching(records, ofKey(key, query)),
    }),
  };
}
