import type DataLoader from "dataloader";
import type { Page } from "../graph/connection.js";
import type { AnyRecord } from "../graph/stored-record.js";
import { loadBeside, PLACED } from "../store/generations.js";
import type { Records } from "../store/store.js";
import { ChildPages } from "./child-pages.js";
import { countPaged, findPage } from "./find-page.js";
import type { ListRequest } from "./list-request.js";

/** The records of names: what superseded what. */
export interface GenerationLoaders<T extends AnyRecord> {
  /** The record before one of its name, or null. */
  readonly earlier: DataLoader<T, T | null, string>;
  /** The record after one of its name, or null. */
  readonly later: DataLoader<T, T | null, string>;
  /** All of the name of a record: one aggregate for all that are asked at a time. */
  readonly beside: ChildPages<T>;
  /** All of one name, also if none is current. */
  of(key: string): {
    page(request: ListRequest): Promise<Page<T>>;
    count(request: ListRequest): Promise<number>;
  };
}

export function generationLoaders<T extends AnyRecord>(records: Records<T>): GenerationLoaders<T> {
  const named = (key: string, request: ListRequest): ListRequest => ({ ...request, among: { ...PLACED, key } });
  return {
    earlier: loadBeside(records, "earlier"),
    later: loadBeside(records, "later"),
    beside: new ChildPages(records as unknown as Records<AnyRecord>, records, "key", "key"),
    of: (key) => ({
      page: (request) => findPage(records, named(key, request)),
      count: (request) => countPaged(records, named(key, request)),
    }),
  };
}
