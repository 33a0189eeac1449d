import type { App } from "../app.js";
import { countCurrent, findPage, type Where } from "../store/find-page.js";
import type { Records } from "../store/store.js";
import { type Connection, connection } from "./connection.js";
import { type PageArgs, pageRequest } from "./page.js";
import type { AnyRecord } from "./stored-record.js";

/** The connection of all current records of a type that a filter lets through: one find. */
export async function answerList<T extends AnyRecord>(
  { settings }: Pick<App, "settings">,
  records: Records<T>,
  where: Where,
  args: PageArgs,
): Promise<Connection<T>> {
  const page = await findPage(records, where, pageRequest(args, settings.ROCAS_MAX_PAGE));
  return connection(page, () => countCurrent(records, where));
}
