import type { App } from "../app.js";
import type { LogArgs, LogPage } from "../jobs/log-page.js";
import { readLog } from "../jobs/logs.js";
import type { Build } from "./build.js";

/** What the build wrote so far. @throws BAD_USER_INPUT on a cursor of another log */
export const readBuildLog = ({ store }: Pick<App, "store">, { _id }: Build, args: LogArgs): Promise<LogPage> =>
  readLog(store, _id, args);
