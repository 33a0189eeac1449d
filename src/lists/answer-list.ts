import type { RequestContext } from "../request-context.js";
import type { ChildPages } from "./child-pages.js";
import { countPaged, findPage, judgeList } from "./find-page.js";
import type { Records } from "../store/store.js";
import { answerConnection } from "./answer-connection.js";
import type { Connection } from "../graph/connection.js";
import type { ListArgs, Listing } from "./listing.js";
import type { AnyRecord } from "../graph/stored-record.js";

/** The connection of all current records of a type that a filter lets through: one aggregate, and a count where no index streams it. */
export const answerList = <T extends AnyRecord>(
  context: RequestContext,
  listing: Listing,
  records: Records<T>,
  args: ListArgs,
): Promise<Connection<T>> =>
  answerConnection(
    context,
    listing,
    {
      judge: (request) => judgeList(records, request),
      page: (request) => findPage(records, request),
      count: (request) => countPaged(records, request),
    },
    args,
  );

/** The connection from one record to its children: one aggregate for all records of a level. */
export const answerChildren = <C extends AnyRecord>(
  context: RequestContext,
  listing: Listing,
  children: ChildPages<C>,
  parent: string,
  args: ListArgs,
): Promise<Connection<C>> => answerConnection(context, listing, children.of(parent), args);
