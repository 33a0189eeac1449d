import type { RequestContext } from "../request-context.js";
import type { BroadRead, ListRequest } from "./list-request.js";
import { askedList, cursorList, tooBroad } from "./asked-list.js";
import { type Connection, connection, type Page } from "../graph/connection.js";
import type { ListArgs, Listing } from "./listing.js";
import { beyond } from "./page.js";

/** The source of the records of a list. */
export interface ListSource<T> {
  /** True if the list would read more than it may. */
  judge(request: ListRequest): Promise<BroadRead | null>;
  page(request: ListRequest): Promise<Page<T>>;
  count(request: ListRequest): Promise<number>;
}

/** The connection of what a source has that a filter lets through. @throws BAD_USER_INPUT, LIMIT_EXCEEDED, FILTER_TOO_BROAD */
export async function answerConnection<T>(
  context: RequestContext,
  listing: Listing,
  source: ListSource<T>,
  args: ListArgs,
): Promise<Connection<T>> {
  const request = await askedList(context, listing, args);
  const refused = await source.judge(request);
  if (refused) throw tooBroad(refused);
  return connectionFrom(context, cursorList(listing, request.page.order.name), source, request);
}

/** The connection of a page. @param list what its cursors are good for */
export async function connectionFrom<T>(
  context: RequestContext,
  list: string,
  source: Pick<ListSource<T>, "page" | "count">,
  request: ListRequest,
): Promise<Connection<T>> {
  return connection(await source.page(request), request.page, {
    cursorOf: (position) => context.app.cursors.write(list, position),
    isAny: async (side) => (await source.page({ ...request, page: beyond(side, request.page) })).records.length > 0,
    totalCount: () => source.count(request),
  });
}
