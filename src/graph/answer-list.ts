import type { RequestContext } from "../request-context.js";
import { countCurrent, findPage, judgeList } from "../store/find-page.js";
import type { Records } from "../store/store.js";
import { askedList, cursorList, tooBroad } from "./asked-list.js";
import { type Connection, connection } from "./connection.js";
import type { ListArgs, Listing } from "./listing.js";
import { beyond } from "./page.js";
import type { AnyRecord } from "./stored-record.js";

/** The connection of all current records of a type that a filter lets through: one aggregate, and a count where no index streams it. */
export async function answerList<T extends AnyRecord>(
  context: RequestContext,
  listing: Listing,
  records: Records<T>,
  args: ListArgs,
): Promise<Connection<T>> {
  const request = await askedList(context, listing, args);
  const refused = await judgeList(records, request);
  if (refused) throw tooBroad(refused);
  const list = cursorList(listing, request.page.order.name);
  return connection(await findPage(records, request), request.page, {
    cursorOf: (position) => context.app.cursors.write(list, position),
    isAny: async (side) =>
      (await findPage(records, { ...request, page: beyond(side, request.page) })).records.length > 0,
    totalCount: () => countCurrent(records, request),
  });
}
