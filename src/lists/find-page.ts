import { EJSON } from "bson";
import { LRUCache } from "lru-cache";
import type { RawDocument } from "../documents/raw-document.js";
import type { Page } from "../graph/connection.js";
import type { AnyRecord } from "../graph/stored-record.js";
import type { RecordReads } from "../store/read-records.js";
import type { Records } from "../store/store.js";
import type { Where } from "./filter/predicate.js";
import {
  type BroadReadFault,
  broadReadFault,
  type ListQuery,
  matchOf,
  MAX_READ,
  pageStages,
  toPage,
} from "./list-query.js";

/** Returns a page of the matching records, by one aggregate. */
export async function findPage(
  { documents, collection, fields }: RecordReads,
  query: ListQuery,
): Promise<Page<RawDocument>> {
  // The stages give one record more than the page has.
  const most = query.page.limit + 1;
  return toPage(await documents.aggregate(collection, { pipeline: pageStages(query, fields), most }), query.page);
}

/** Returns the number of matching records. */
export const countMatching = <T extends AnyRecord>(records: Records<T>, query: ListQuery): Promise<number> =>
  records.collection.countDocuments(matchOf(query));

/**
 * Returns the reason why a list would read too much, or null. It counts once for each index condition, and not at all
 * if an index gives the order.
 */
export const listReadFault = <T extends AnyRecord>(
  records: Records<T>,
  query: ListQuery,
): Promise<BroadReadFault | null> => broadReadFault(query, [], (where) => countUpToLimit(records, where));

/** Counts up to one more than a list may read. A count that was far below it is good for some seconds. */
export async function countUpToLimit<T extends AnyRecord>(records: Records<T>, where: Where): Promise<number> {
  const condition = `${records.collection.collectionName} ${EJSON.stringify(where)}`;
  const known = smallCountsOf(records.db);
  const before = known.get(condition);
  if (before !== undefined) return before;
  const count = await records.collection.countDocuments({ superseded: false, ...where }, { limit: MAX_READ + 1 });
  if (count <= MAX_READ / 2) known.set(condition, count);
  return count;
}

const MAX_KNOWN_COUNTS = 1_000;
/** In so short a time a list does not grow from half of what may be read to all of it. */
const COUNT_KNOWN_MS = 5_000;

/** The counts of conditions by store: dashboards ask for the same lists again and again. */
const smallCounts = new WeakMap<object, LRUCache<string, number>>();

function smallCountsOf(connection: object): LRUCache<string, number> {
  const known = smallCounts.get(connection) ?? new LRUCache({ max: MAX_KNOWN_COUNTS, ttl: COUNT_KNOWN_MS });
  smallCounts.set(connection, known);
  return known;
}
