import { CommandError } from "../command-error.js";
import { aggregate } from "./aggregate-command.js";
import { collStats } from "./coll-stats-command.js";
import { create, drop, dropDatabase, listCollections, listDatabases } from "./collection-commands.js";
import { count, distinct } from "./count-commands.js";
import { getMore, killCursors } from "./cursor-commands.js";
import { remove } from "./delete-command.js";
import { explain } from "./explain-command.js";
import { findAndModify } from "./find-and-modify-command.js";
import { find } from "./find-command.js";
import { createIndexes, dropIndexes, listIndexes } from "./index-commands.js";
import { insert } from "./insert-command.js";
import { errorReply } from "./reply.js";
import type { Request } from "./request.js";
import { buildInfo, hello, ping, refuseTransaction, serverStatus, unknownCommand } from "./server-commands.js";
import type { Command, StoreState } from "./store-state.js";
import { update } from "./update-command.js";

const COMMANDS: Readonly<Record<string, Command>> = {
  hello,
  isMaster: hello,
  ismaster: hello,
  ping,
  buildInfo,
  buildinfo: buildInfo,
  serverStatus,
  endSessions: ping,
  killSessions: ping,
  refreshSessions: ping,
  startSession: ping,
  find,
  getMore,
  killCursors,
  insert,
  update,
  delete: remove,
  findAndModify,
  findandmodify: findAndModify,
  count,
  distinct,
  aggregate,
  explain,
  create,
  drop,
  dropDatabase,
  listCollections,
  collStats,
  listDatabases,
  createIndexes,
  dropIndexes,
  deleteIndexes: dropIndexes,
  listIndexes,
  commitTransaction: refuseTransaction,
  abortTransaction: refuseTransaction,
};

/** The reply to a command; a failure is a reply too. @param onFault told of what should never happen. */
export async function runCommand(
  request: Request,
  state: StoreState,
  onFault: (error: unknown) => void,
): Promise<Buffer> {
  try {
    if (request.fields.has("autocommit") || request.fields.has("startTransaction"))
      return await refuseTransaction(request, state);
    const command = Object.hasOwn(COMMANDS, request.name) ? COMMANDS[request.name] : undefined;
    if (!command) throw unknownCommand(request.name);
    return await command(request, state);
  } catch (error) {
    if (error instanceof CommandError) return errorReply(error);
    onFault(error);
    return errorReply(
      new CommandError(
        "InternalError",
        `The embedded store failed: ${error instanceof Error ? error.message : String(error)}`,
      ),
    );
  }
}
