import type { App } from "../app.js";
import type { ChildPages } from "../store/child-pages.js";
import { type Connection, connection } from "./connection.js";
import { type PageArgs, pageRequest } from "./page.js";
import type { AnyRecord } from "./stored-record.js";

/** The connection from one record to its children: one aggregate for all records of a level. */
export async function answerChildren<C extends AnyRecord>(
  { settings }: Pick<App, "settings">,
  children: ChildPages<C>,
  parent: string,
  args: PageArgs,
): Promise<Connection<C>> {
  const page = await children.page(parent, pageRequest(args, settings.ROCAS_MAX_PAGE));
  return connection(page, () => children.count(parent));
}
