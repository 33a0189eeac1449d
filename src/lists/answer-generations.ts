import type { RequestContext } from "../request-context.js";
import { PLACED } from "../store/generations.js";
import { connectionFrom, type ListSource } from "./answer-connection.js";
import type { Connection } from "../graph/connection.js";
import { ANYTHING } from "./filter/demand.js";
import type { Order } from "./order.js";
import { type PageArgs, pageRequest } from "./page.js";

/** By the places in the order of the name. */
const NEWEST_GENERATION: Order = { name: "generation", indexed: "seq", keys: [], direction: -1, isUnique: true };

/** All records of a name, superseded ones too, the newest first. @throws BAD_USER_INPUT */
export function answerGenerations<T>(
  context: RequestContext,
  type: string,
  source: Pick<ListSource<T>, "page" | "count">,
  args: PageArgs,
): Promise<Connection<T>> {
  const { settings, cursors } = context.app;
  const list = `${type} generations`;
  const page = pageRequest(args, NEWEST_GENERATION, { mostPerPage: settings.ROCAS_MAX_PAGE, cursors, list });
  return connectionFrom(context, list, source, { among: PLACED, page, demand: ANYTHING, isWholeAllowed: false });
}
