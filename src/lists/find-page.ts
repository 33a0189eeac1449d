import type { Page } from "../graph/connection.js";
import type { Where } from "./filter/demand.js";
import type { AnyRecord } from "../graph/stored-record.js";
import {
  asPage,
  type BroadRead,
  broadRead,
  conditions,
  type ListRequest,
  MOST_READ,
  pageStages,
} from "./list-request.js";
import type { Records } from "../store/store.js";

/** A page of the records that meet a demand, in one aggregate. */
export async function findPage<T extends AnyRecord>(records: Records<T>, request: ListRequest): Promise<Page<T>> {
  const found = await records.collection
    .aggregate(pageStages(request))
    .batchSize(request.page.limit + 1)
    .toArray();
  return asPage(found as unknown as T[], request.page);
}

/** Returns the number of records that meet the conditions of a list. */
export const countPaged = <T extends AnyRecord>(records: Records<T>, request: ListRequest): Promise<number> =>
  records.collection.countDocuments(conditions(request));

/** True if a list would read more than it may: at most one count for each indexed condition, and none if an index streams it. */
export const judgeList = <T extends AnyRecord>(records: Records<T>, request: ListRequest): Promise<BroadRead | null> =>
  broadRead(request, [], (where) => countSome(records, where));

/** Counts no further than to one more than a list may read. */
export const countSome = <T extends AnyRecord>(records: Records<T>, where: Where): Promise<number> =>
  records.collection.countDocuments({ superseded: false, ...where }, { limit: MOST_READ + 1 });
