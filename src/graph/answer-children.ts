import type { RequestContext } from "../request-context.js";
import type { ChildPages } from "../store/child-pages.js";
import { isStreamed } from "../store/list-request.js";
import { askedList, cursorList, tooBroad } from "./asked-list.js";
import { type Connection, connection } from "./connection.js";
import type { ListArgs, Listing } from "./listing.js";
import { beyond } from "./page.js";
import type { AnyRecord } from "./stored-record.js";

/** The connection from one record to its children: one aggregate for all records of a level. */
export async function answerChildren<C extends AnyRecord>(
  context: RequestContext,
  listing: Listing,
  children: ChildPages<C>,
  parent: string,
  args: ListArgs,
): Promise<Connection<C>> {
  const request = await askedList(context, listing, args);
  const refused = isStreamed(request, true) ? null : await children.judge(parent, request);
  if (refused) throw tooBroad(refused);
  const list = cursorList(listing, request.page.order.name);
  return connection(await children.page(parent, request), request.page, {
    cursorOf: (position) => context.app.cursors.write(list, position),
    isAny: async (side) =>
      (await children.page(parent, { ...request, page: beyond(side, request.page) })).records.length > 0,
    totalCount: () => children.count(parent, request),
  });
}
