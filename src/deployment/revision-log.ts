import type { App } from "../app.js";
import type { LogArgs, LogPage } from "../jobs/log-page.js";
import { readLog } from "../jobs/logs.js";

/** A part of what the replicas of a revision wrote, one replica after the other. @throws BAD_USER_INPUT on a cursor of another log */
export const revisionLog = ({ store }: Pick<App, "store">, revision: string, args: LogArgs): Promise<LogPage> =>
  readLog(store, revision, args);
