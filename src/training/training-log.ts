import type { App } from "../app.js";
import type { LogArgs, LogPage } from "../jobs/log-page.js";
import { readLog } from "../jobs/logs.js";

/** A part of what the notebook wrote. @throws BAD_USER_INPUT on a cursor of another log */
export const trainingLog = ({ store }: Pick<App, "store">, training: string, args: LogArgs): Promise<LogPage> =>
  readLog(store, training, args);
