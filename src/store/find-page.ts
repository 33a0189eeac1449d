import { trusted } from "mongoose";
import type { Page } from "../graph/connection.js";
import type { PageRequest } from "../graph/page.js";
import type { AnyRecord } from "../graph/stored-record.js";
import { HIDDEN } from "./current.js";
import type { Records } from "./store.js";

/** Our own operators on fields of our own: never a user's object. */
export type Where = Readonly<Record<string, string | boolean | { readonly $in: readonly string[] }>>;

/** The keyset condition: ids between the cursors. Null where there is none. */
const between = ({ after, before }: PageRequest): Record<string, string> | null =>
  after || before ? { ...(after ? { $lt: after } : {}), ...(before ? { $gt: before } : {}) } : null;

/** Current records only; the plain parts of a query, as the driver takes them. */
export function conditions(where: Where, request: PageRequest | null): Record<string, unknown> {
  const range = request ? between(request) : null;
  return { ...where, superseded: false, ...(range ? { _id: range } : {}) };
}

/** One more than the page tells whether there is more. */
export const oneMore = ({ limit }: PageRequest): number => limit + 1;
export const direction = ({ backward }: PageRequest): 1 | -1 => (backward ? 1 : -1);

/** What the store gave (one more than the page, from its near end on) as a page. */
export function asPage<T>(found: readonly T[], request: PageRequest): Page<T> {
  const more = found.length > request.limit;
  const records = found.slice(0, request.limit);
  return request.backward
    ? { records: records.reverse(), hasNextPage: request.before !== null, hasPreviousPage: more }
    : { records, hasNextPage: more, hasPreviousPage: request.after !== null };
}

const trustedAll = (filter: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(filter).map(([field, value]) => [
      field,
      typeof value === "object" ? trusted(value as object) : value,
    ]),
  );

/** A page of the current records, in one find. */
export async function findPage<T extends AnyRecord>(
  records: Records<T>,
  where: Where,
  request: PageRequest,
): Promise<Page<T>> {
  const found = await records
    .find(trustedAll(conditions(where, request)) as object, HIDDEN)
    .sort({ _id: direction(request) })
    .limit(oneMore(request))
    .batchSize(oneMore(request))
    .lean();
  return asPage(found as unknown as T[], request);
}

export const countCurrent = <T extends AnyRecord>(records: Records<T>, where: Where): Promise<number> =>
  records.countDocuments(trustedAll(conditions(where, null)) as object).exec();
