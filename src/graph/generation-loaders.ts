import type DataLoader from "dataloader";
import type { ChildPages } from "../store/child-pages.js";
import type { ListRequest } from "../store/list-request.js";
import type { Page } from "./connection.js";
import type { AnyRecord } from "./stored-record.js";

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
