import type { RequestContext } from "../request-context.js";
import type { ChildPages } from "../store/child-pages.js";
import { answerConnection } from "./answer-connection.js";
import type { Connection } from "./connection.js";
import type { ListArgs, Listing } from "./listing.js";
import type { AnyRecord } from "./stored-record.js";

/** The connection from one record to its children: one aggregate for all records of a level. */
export const answerChildren = <C extends AnyRecord>(
  context: RequestContext,
  listing: Listing,
  children: ChildPages<C>,
  parent: string,
  args: ListArgs,
): Promise<Connection<C>> => answerConnection(context, listing, children.of(parent), args);
